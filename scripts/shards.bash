# shellcheck shell=bash
# The command line of a sweep in shards, for the scripts that are beside this file.

# Reads `SHARDS FOLDER [flags of verify and merge]` into `shards`, `folder`, `sweep` (for `netsplit
# verify`) and `report` (for `netsplit merge`), and empties the folder of older shards. Prints the
# comment at the top of the script if the command line is not valid.
read_command_line() {
  if [[ $# -lt 2 || ! $1 =~ ^[1-9][0-9]{0,4}$ ]]; then
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
  fi
  shards=$1 folder=$2
  shift 2
  sweep=() report=()
  while [[ $# -gt 0 ]]; do
    case $1 in
      --json | --junit=* | --markdown=* | --baseline=* | --max-regression=*) report+=("$1") ;;
      --junit | --markdown | --baseline | --max-regression)
        report+=("$1" "${@:2:1}")
        [[ $# -eq 1 ]] || shift
        ;;
      *) sweep+=("$1") ;;
    esac
    shift
  done
  # As `netsplit verify` does: a baseline counts all seeds that catch a variant.
  [[ " ${report[*]-} " != *" --baseline"* ]] || sweep+=(--all-catches)
  mkdir -p "$folder"
  rm -f "$folder"/shard-*.jsonl
}

# The file of a shard.
shard_file() { printf '%s/shard-%s.jsonl' "$folder" "$1"; }

# Merges the shards, and ends with the exit code of that.
merge_shards() {
  local files=() shard
  for ((shard = 1; shard <= shards; shard++)); do files+=("$(shard_file "$shard")"); done
  exec netsplit merge ${report[@]+"${report[@]}"} -- "${files[@]}"
}
