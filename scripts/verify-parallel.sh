#!/usr/bin/env bash
# A sweep over the cores of one or several machines with GNU parallel.
#
#   scripts/verify-parallel.sh SHARDS FOLDER [flags of `netsplit verify` and `netsplit merge`]
#   scripts/verify-parallel.sh 16 sweep/ quorum-kv --seeds 1000 --junit junit.xml
#
# Options of parallel's own go into $PARALLEL. Over several machines that share FOLDER and have
# netsplit on their path: PARALLEL='--sshloginfile hosts --workdir .' scripts/verify-parallel.sh ...
# Prints what one machine would have printed, with its exit code; the shards stay in FOLDER. A shard
# that cannot be done ends the sweep with its error and its exit code.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=shards.bash
source "$(dirname "$0")/shards.bash"
read_command_line "$@"

# Complete commands, so that parallel replaces no {} in them. One simulation at a time in each:
# parallel starts as many as there are cores. A shard that was cut short exits with 3, and the merge
# names what is missing.
commands() {
  local shard
  for ((shard = 1; shard <= shards; shard++)); do
    printf '%q ' netsplit verify ${sweep[@]+"${sweep[@]}"} --jobs 1 \
      --shard "$shard/$shards" --out "$(shard_file "$shard")"
    # shellcheck disable=SC2016 # the shell of the job expands it
    printf '|| { code=$?; [ $code -eq 3 ] || exit $code; }\n'
  done
}
commands | PARALLEL_SHELL=$BASH parallel --halt soon,fail=1 >&2
merge_shards
