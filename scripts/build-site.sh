#!/usr/bin/env bash
# The site: all pages of this repository as one mdBook, with a page of a run for each lab.
#
#   scripts/build-site.sh NETSPLIT FOLDER SOURCE
#   scripts/build-site.sh target/release/netsplit target/site https://github.com/OWNER/NAME/blob/main
#
# Needs mdbook, perl and python3. The pages keep their places, so that links between them hold;
# links to other files lead to SOURCE. At the end all links are checked.
set -euo pipefail
if [[ $# -ne 3 ]]; then
  sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
netsplit=$(realpath "$1") site=$(realpath -m "$2") source=$3
cd "$(dirname "$0")/.."
runs=(
  queueing/knee quorum-kv/minority-partition raft/leader-crash rate-limiter/store-partitioned
  leases/gc-pause consistent-hashing/node-dies cache/hot-key-expiry load-balancing/new-server-cold
  retry-jitter/metastable circuit-breaker/dependency-down
)

book=target/book
rm -rf "$book" "$site"
mkdir -p "$book/src/gallery"
cp docs/book.toml "$book/"
git ls-files -- '*.md' | while read -r page; do
  mkdir -p "$book/src/$(dirname "$page")"
  at=$source/$(dirname "$page") perl -pe \
    's{\]\((?![a-z]+:|#)([^)]*)\)}{$1 =~ /\.(md|png)(#|$)/ ? $& : "]($ENV{at}/$1)"}ge' \
    "$page" > "$book/src/$page"
done
git ls-files -z -- '*.png' | xargs -0 -r cp --parents -t "$book/src"

{
  printf '# Pages of runs\n\nOne run of each lab as `netsplit run` writes it. A picture leads to its page.\n'
  for run in "${runs[@]}"; do
    "$netsplit" run "$run" --out "$book/runs/$run" > "$book/report.txt" || [[ $? == 1 ]]
    cp "$book/runs/$run/page.html" "$book/src/gallery/${run%/*}.html"
    cp "$book/runs/$run/timeline.svg" "$book/src/gallery/${run%/*}.svg"
    printf '\n## %s\n\n%s\n\n' "$run" "$(sed -n 's/^title *= "\(.*\)"/\1/p' "scenarios/$run.toml")"
    printf '[![Latency, availability and throughput over time](%s.svg)](%s.html)\n' "${run%/*}" "${run%/*}"
    printf '\n## A page of a run\n\n[`netsplit run %s`](../../gallery/%s.html)\n' "$run" "${run%/*}" \
      >> "$book/src/labs/${run%/*}/README.md"
  done
} > "$book/src/gallery/pages.md"

# Paths in docs/SUMMARY.md are relative to docs/, those of the book to the repository.
sed -e 's|(\.\./|(|; t' -e 's|(\([^)]*\.md\))|(docs/\1)|' docs/SUMMARY.md |
  sed 's|^- \[Five minutes.*|&\n- [Pages of runs](gallery/pages.md)|' > "$book/src/SUMMARY.md"
mdbook build --dest-dir "$site" "$book"
python3 scripts/check-site.py "$site"
