#!/usr/bin/env bash
# A sweep as a Slurm array job, and a job behind it that merges.
#
#   scripts/verify-slurm.sh SHARDS FOLDER [what `netsplit verify` takes]
#   scripts/verify-slurm.sh 64 sweep/ quorum-kv --seeds 10000
#
# FOLDER is on a file system that all nodes see; netsplit is on their path. Options of sbatch go
# into its own variables, such as SBATCH_PARTITION, SBATCH_ACCOUNT and SBATCH_TIMELIMIT.
# Waits for the end; prints what one machine would have printed, with its exit code.
set -euo pipefail
if [[ $# -lt 2 ]]; then
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
shards=$1 folder=$2
shift 2
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
rm -f "$folder"/shard-*.jsonl
quoted=$(printf ' %q' "$@")

# Each task reads its own number. Slurm ends a task at its time limit with SIGTERM; netsplit then
# writes what is done, and the merge names what is missing.
sweep=$(sbatch --parsable --job-name=netsplit-verify --array="1-$shards" \
  --output="$folder/slurm-%a.log" <<TASK
#!/usr/bin/env bash
exec netsplit verify$quoted --jobs "\${SLURM_CPUS_PER_TASK:-1}" \\
  --shard "\$SLURM_ARRAY_TASK_ID/$shards" --out "$folder/shard-\$SLURM_ARRAY_TASK_ID.jsonl"
TASK
)
code=0
sbatch --parsable --wait --job-name=netsplit-merge --dependency="afterany:$sweep" \
  --output="$folder/merged.txt" <<MERGE >&2 || code=$?
#!/usr/bin/env bash
exec netsplit merge "$folder"/shard-*.jsonl
MERGE
cat "$folder/merged.txt"
exit "$code"
