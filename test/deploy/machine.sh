#!/usr/bin/env bash
# Boots a machine over this machine's own files, with COMMAND as its first process: machine.sh FOLDER COMMAND... FOLDER
# stands at /mnt. What it writes anywhere else is in memory, and ends with it. It has no network but its own, and starts
# no service of this machine.
set -euo pipefail
if [ -z "${IS_INSIDE:-}" ]; then
  # Of the control groups it gets a branch, which it takes for the whole tree.
  groups=$(mktemp -d)
  mount -t cgroup2 none "$groups"
  branch=$groups/connect-apps-$$
  mkdir "$branch"
  (
    echo "$BASHPID" >"$branch/cgroup.procs"
    IS_INSIDE=1 exec unshare --cgroup --mount --pid --fork --kill-child --uts --ipc --net bash "$0" "$@"
  ) || true
  find "$branch" -depth -type d -exec rmdir {} \;
  umount "$groups"
  rmdir "$groups"
  exit
fi

mount --bind "$1" /mnt
mount -t tmpfs none /tmp
cd /tmp
mkdir root upper work
mount -t overlay none -o lowerdir=/,upperdir=upper,workdir=work root
cd root
for folder in run tmp dev; do mount -t tmpfs none $folder; done
for device in 'null 1 3' 'zero 1 5' 'full 1 7' 'random 1 8' 'urandom 1 9'; do
  read -r name major minor <<<"$device"
  mknod -m 666 "dev/$name" c "$major" "$minor"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 none dev/pts
ln -s pts/ptmx dev/ptmx
mount -t proc none proc
mount -t sysfs -o ro none sys
mount -t cgroup2 none sys/fs/cgroup
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount --bind /mnt mnt
rm -rf etc/systemd/system/*.wants
# Not chroot: nothing in one may have users of its own, as the sandbox of a unit has.
pivot_root . .
umount --lazy .
shift
exec env -i container=test "$@"
