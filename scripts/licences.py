#!/usr/bin/env python3
"""Prints the licence texts of all packages that the command for a target is built from.

    scripts/licences.py x86_64-unknown-linux-gnu > THIRD-PARTY.txt

Which licences are allowed is in .cargo/deny.toml.
"""

import json
import pathlib
import subprocess
import sys

target = sys.argv[1]
cargo = ["cargo", "metadata", "--format-version=1", "--locked", f"--filter-platform={target}"]
metadata = json.loads(subprocess.check_output(cargo))
packages = {package["id"]: package for package in metadata["packages"]}
nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}

# All that the command depends on, other than for its tests.
command = next(id for id, package in packages.items() if package["name"] == "netsplit")
linked, left = set(), [command]
while left:
    id = left.pop()
    if id not in linked:
        linked.add(id)
        normal = [dep for dep in nodes[id]["deps"] if any(kind["kind"] != "dev" for kind in dep["dep_kinds"])]
        left += [dep["pkg"] for dep in normal]

for package in sorted((packages[id] for id in linked), key=lambda package: package["id"]):
    if not package["source"]:
        continue
    print(f"\n{'=' * 80}\n{package['name']} {package['version']}: {package['license']}")
    print(package["repository"] or "", *package["authors"], sep="\n")
    folder = pathlib.Path(package["manifest_path"]).parent
    names = ("LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE")
    texts = [file for file in sorted(folder.iterdir()) if file.is_file() and file.name.upper().startswith(names)]
    for file in texts:
        print(f"\n{'-' * 80}\n{file.name}\n\n{file.read_text(errors='replace').strip()}")
    if not texts:
        print(f"\nIts package has no text of its licence: see https://spdx.org/licenses/")
