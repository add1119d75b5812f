#!/usr/bin/env bash
# A sweep over the cores of one or several machines with GNU parallel.
#
#   scripts/verify-parallel.sh SHARDS FOLDER [what `netsplit verify` takes]
#   scripts/verify-parallel.sh 16 sweep/ quorum-kv --seeds 1000
#
# Options of parallel's own go into $PARALLEL. Over several machines that share FOLDER and have
# netsplit on their path: PARALLEL='--sshloginfile hosts --workdir .' scripts/verify-parallel.sh ...
# Prints what one machine would have printed, with its exit code; the shards stay in FOLDER.
set -euo pipefail
if [[ $# -lt 2 ]]; then
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
shards=$1 folder=$2
shift 2
mkdir -p "$folder"
rm -f "$folder"/shard-*.jsonl
# One simulation at a time in each: parallel starts as many as there are cores.
seq "$shards" | parallel --quote --halt soon,fail=1 \
  netsplit verify "$@" --jobs 1 --shard "{}/$shards" --out "$folder/shard-{}.jsonl" >&2
netsplit merge "$folder"/shard-*.jsonl
