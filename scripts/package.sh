#!/usr/bin/env bash
# The archive of a release, and its checksum.
#
#   scripts/package.sh BINARY TARGET FOLDER
#   scripts/package.sh target/release/netsplit x86_64-unknown-linux-gnu dist/
#
# The archive has the command, its manual page and completions, the licences, and the texts of the
# licences of all that is linked into it.
set -euo pipefail
if [[ $# -ne 3 ]]; then
  sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
binary=$1 target=$2 folder=$3
root=$(dirname "$0")/..
name=netsplit-$("$binary" --version | cut -d' ' -f2)-$target
rm -rf "${folder:?}/$name"
mkdir -p "$folder/$name/completions"
cp "$binary" "$root"/{README.md,CHANGELOG.md,LICENSE,LICENSE-APACHE,LICENSE-MIT} "$folder/$name/"
"$binary" man > "$folder/$name/netsplit.1"
for shell in bash fish zsh; do
  "$binary" completions "$shell" > "$folder/$name/completions/netsplit.$shell"
done
python3 "$root/scripts/licences.py" "$target" > "$folder/$name/THIRD-PARTY.txt"
cd "$folder"
tar -czf "$name.tar.gz" "$name"
rm -r "$name"
shasum -a 256 "$name.tar.gz" > "$name.tar.gz.sha256"
cat "$name.tar.gz.sha256"
