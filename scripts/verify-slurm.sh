#!/usr/bin/env bash
# A sweep as a Slurm array job.
#
#   scripts/verify-slurm.sh SHARDS FOLDER [flags of `netsplit verify` and `netsplit merge`]
#   scripts/verify-slurm.sh 64 sweep/ quorum-kv --seeds 10000 --junit junit.xml
#
# FOLDER is on a file system that this machine and all nodes see; netsplit is on their path. Options
# of sbatch go into its own variables, such as SBATCH_PARTITION, SBATCH_ACCOUNT and SBATCH_TIMELIMIT.
# Waits for the end; prints what one machine would have printed, with its exit code; the shards stay
# in FOLDER. If a shard is missing, prints its log instead.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=shards.bash
source "$(dirname "$0")/shards.bash"
read_command_line "$@"
folder=$(cd "$folder" && pwd)
rm -f "$folder"/slurm-*.log

# Each task reads its own number. Slurm ends a task at its time limit with SIGTERM; netsplit then
# writes what is done, and the merge names what is missing.
name=netsplit-verify-$$
trap 'scancel --me --name="$name"' INT TERM
printf -v verify '%q ' netsplit verify ${sweep[@]+"${sweep[@]}"}
printf -v files '%q' "$folder/shard-"
code=0
sbatch --parsable --wait --job-name="$name" --array="1-$shards" \
  --output="$folder/slurm-%a.log" >&2 <<TASK || code=$?
#!/usr/bin/env bash
exec $verify --jobs "\${SLURM_CPUS_PER_TASK:-1}" \\
  --shard "\$SLURM_ARRAY_TASK_ID/$shards" --out $files"\$SLURM_ARRAY_TASK_ID".jsonl
TASK

missing=0
for ((shard = 1; shard <= shards; shard++)); do
  [[ ! -s $(shard_file "$shard") ]] || continue
  missing=$((missing + 1))
  # All shards of a wrong command line have the same error.
  if [[ $missing -le 3 ]]; then
    echo "shard $shard was not done:" >&2
    tail -n 20 "$folder/slurm-$shard.log" >&2 || true
  fi
done
if [[ $missing -gt 0 ]]; then
  echo "$missing of $shards shards are missing; their logs are in $folder" >&2
  exit $((code > 0 ? code : 1))
fi
merge_shards
