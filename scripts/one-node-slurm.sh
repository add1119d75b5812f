#!/usr/bin/env bash
# A Slurm of one node in a folder, to try a recipe without a cluster. As root, with Debian's
# packages slurm-wlm and munge.
#
#   scripts/one-node-slurm.sh start FOLDER     # prints what to export
#   scripts/one-node-slurm.sh stop FOLDER
set -euo pipefail
if [[ $# -ne 2 || ! $1 =~ ^(start|stop)$ ]]; then
  sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
mkdir -p "$2"
folder=$(cd "$2" && pwd)

# Whether the process is still there; a zombie whose parent does not look is not.
alive() { [[ -r /proc/$1/stat ]] && [[ $(sed 's/.*) //; s/ .*//' "/proc/$1/stat") != Z ]]; }

if [[ $1 == stop ]]; then
  for daemon in slurmd slurmctld munged; do
    pid=$(cat "$folder/$daemon.pid" 2>/dev/null || true)
    [[ -n $pid ]] || continue
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 50); do alive "$pid" || break; sleep 0.1; done
  done
  exit 0
fi

mkdir -p "$folder/state" "$folder/spool" "$folder/munge"
chmod 755 "$folder" "$folder/munge"
dd if=/dev/urandom of="$folder/munge.key" bs=1024 count=1 status=none
chmod 400 "$folder/munge.key"
munged --force --socket="$folder/munge/socket" --key-file="$folder/munge.key" \
  --pid-file="$folder/munged.pid" --log-file="$folder/munged.log" \
  --seed-file="$folder/munge.seed" >&2

node=$(hostname -s)
# Two ports of this folder's own, so that several such clusters live side by side.
port=$((20000 + $(cksum <<<"$folder" | cut -d' ' -f1) % 20000))
cat > "$folder/slurm.conf" <<CONF
ClusterName=try
SlurmctldHost=$node(127.0.0.1)
SlurmUser=root
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/munge
AuthInfo="socket=$folder/munge/socket"
CryptoType=crypto/munge
StateSaveLocation="$folder/state"
SlurmdSpoolDir="$folder/spool"
SlurmctldPidFile="$folder/slurmctld.pid"
SlurmdPidFile="$folder/slurmd.pid"
SlurmctldLogFile="$folder/slurmctld.log"
SlurmdLogFile="$folder/slurmd.log"
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SchedulerType=sched/backfill
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=try Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF="$folder/slurm.conf"
slurmctld >&2
slurmd >&2
for _ in $(seq 100); do
  if [[ $(sinfo --noheader --format=%t 2>/dev/null) == idle ]]; then
    printf 'export SLURM_CONF=%q\n' "$folder/slurm.conf"
    exit 0
  fi
  sleep 0.2
done
echo "the node did not come up; see the logs in $folder" >&2
tail -n 5 "$folder"/*.log >&2
exit 1
