"""What is run on a node to make a store: constant scripts, their values in arguments, each guarded by itself.

Between the look and the run somebody may have put data on a disk. So every script that could destroy something asks
again, in the same shell and right before, and ends with status 75 and a reason instead.
"""

from quorate.machines.host import Command
from quorate.observe.facts.block_devices import BLANK_BYTES

DEVICE_BLANK_BYTES = 1 << 20
FILLING, ADOPTED = ".quorate-is-filling", ".quorate-adopted"
WAITS = 60  # half seconds that both ends of a DRBD connection have to find each other

_SAY = """refuse() { printf '%s\\n' "$*" >&2; exit 75; }
types() { wipefs --no-act --noheadings --output TYPE -- "$1"; }
blank() {
  [ -b "$1" ] && said=$(types "$1") && [ -z "$said" ] && cmp -s -n "$2" -- "$1" /dev/zero
}
"""

# $1: disk, $2: "overwrite" or nothing. Neither DRBD's metadata nor a member of a volume group is ever overwritten.
# wipefs and everything else here refuse a disk that is in use: the kernel lets only one have it (O_EXCL).
_CLEAR = f"""set -eu
{_SAY}
clear_disk() {{
  blank "$1" {BLANK_BYTES} && return
  [ "$2" = overwrite ] || refuse "$1 is not empty: $(types "$1" | tr '\\n' ' ')"
  case $(types "$1") in *drbd*|*LVM2_member*) refuse "$1 has what DRBD or LVM put there";; esac
  wipefs --all --quiet -- "$1"
  dd if=/dev/zero of="$1" bs={BLANK_BYTES} count=1 conv=fsync status=none
  blank "$1" {BLANK_BYTES} || refuse "$1 is still not empty"
}}
"""

# $1: DRBD's disk, $2: resource, $3: "overwrite" or nothing.
CREATE_METADATA = f"""{_CLEAR}
clear_disk "$1" "$3"
drbdadm create-md --force "$2"
"""

# $1: the new file, $2: resource. drbdadm's own verdict before the file takes its place; what it prints has the secret.
TEST_FILE = """drbdadm --config-file "$1" dump "$2" >/dev/null; status=$?; rm -f -- "$1"; exit $status"""

# $1: resource. adjust brings up what is down and connects what is not, and is content with what is right. The agent
# of the cluster manager does the same later.
CONNECT = f"""set -eu
modprobe drbd
drbdadm adjust "$1"
tries=0
while :; do
  case $(drbdadm cstate "$1") in
    Connected*|Sync*|PausedSync*|Verify*) exit 0;;
    StandAlone*) echo "DRBD does not connect: $(dmesg | grep -i "drbd.*\\(split-brain\\|unrelated\\)" | tail -1)" >&2
      exit 1;;
  esac
  tries=$((tries + 1))
  [ $tries -lt {WAITS} ] || {{ echo "the peer was not found: $(drbdadm cstate "$1")" >&2; exit 1; }}
  sleep 0.5
done
"""

# $1: resource. The one moment at which a side's content is declared to be the data: only when neither has any.
MAKE_FIRST = f"""set -eu
{_SAY}
state=$(drbdadm dstate "$1")
[ "$state" = Inconsistent/Inconsistent ] || refuse "the disks are $state, so one of them may have data"
case $(drbdadm get-gi "$1") in
  000000000000000[45]:*) ;;
  *) refuse "this disk has been written to before";;
esac
drbdadm primary --force "$1"
"""

# $1: device, $2: file system, $3: mount options, $4: where, $5: "make" or nothing, $6: the script FILL, then its own.
# Mounted in a name space of its own: whatever happens, nobody else sees the mount, and it ends with the shell.
SEED = f"""set -eu
{_SAY}
if [ "$5" = make ] && [ -z "$(types "$1")" ]; then
  blank "$1" {DEVICE_BLANK_BYTES} || refuse "$1 has no file system, and is not empty"
  "mkfs.$2" -q "$1"
fi
mkdir -p -- "$4"
device=$1 type=$2 options=$3 where=$4 fill=$6
shift 6
exec unshare --mount --propagation private \
  sh -c "$fill" quorate-fill "$device" "$type" "$options" "$where" "$@"
"""

# $1 to $4 as above, $5: directory, $6: owner, $7: group, $8: mode, $9: what is there when it has been filled. The mark
# stands from before the directory is made until it is filled and on disk: what is there under the mark is what an
# interrupted run left, and goes.
_INTO = f"""set -eu
{_SAY}
mount -t "$2" ${{3:+-o "$3"}} -- "$1" "$4"
where=$4 directory=$5 owner=$6 group=$7 mode=$8 filled=$9
mark=$where/{FILLING} record=$where/{ADOPTED} sums=$where/.quorate-sums
shift 9
away() {{ rm -rf -- "$directory" "$record" "$sums"; }}
holds_something() {{ [ -e "$directory" ] && [ -n "$(ls -A -- "$directory")" ]; }}
begin() {{
  : >"$mark"; sync -f "$mark"
  rm -f -- "$record" "$sums"
  install -d -o "$owner" -g "$group" -m "$mode" -- "$directory"
}}
end() {{ sync -f "$where"; rm -f -- "$mark"; }}
"""
_OUT = """sync -f "$where"
cd /
for try in 1 2 3 4 5 6; do umount -- "$where" && exit; sleep 0.5; done
exit 1
"""

# Then the command that fills it.
FILL = f"""{_INTO}
if [ -n "$directory" ]; then
  if [ -e "$mark" ]; then away; fi
  if [ ! -e "${{filled:-$directory}}" ]; then
    if holds_something; then
      refuse "$directory holds something, and ${{filled:-$directory}} is not there: it is no data of this service"
    fi
    begin
    [ $# -eq 0 ] || "$@" >/dev/null
    [ -e "${{filled:-$directory}}" ] || refuse "${{1:-making it}} ended well, and ${{filled:-$directory}} is not there"
    end
  fi
fi
{_OUT}"""

# Then the directory whose content it is filled with, whose that is in words, the unit that serves it, and names that
# only a server leaves there that runs or was killed. The source is read and never written. A record on the store says
# what was copied, and in which state: a source that was written to since is not taken for copied. A run that was killed
# may still have its copy going on here, so there is a lock. What was written is dropped from memory before it is
# compared, so that what is read is what the disk has.
ADOPT = f"""{_INTO}
source=$1 whose=$2 unit=$3
shift 3
state() {{
  (cd -- "$source" && find . -printf '%y %m %U:%G %s %T@ %P\\n' | LC_ALL=C sort | sha256sum | cut -d ' ' -f 1)
}}
entries() {{ (cd -- "$1" && find . -mindepth 1 -printf '%y %m %U:%G %P\\n' | LC_ALL=C sort); }}
exec 9>/run/quorate-adopt.lock
flock --timeout 60 9 || refuse "an earlier run is still copying $source; apply again when it is done"
if [ -e "$mark" ]; then away; fi
if holds_something; then
  [ -e "$record" ] || refuse "$directory holds data already, which were not copied from $whose; begin with them" \
    "(--adopt-data SERVICE=none), or remove them there"
  [ "$(cat -- "$record")" != "$whose $(state)" ] || known=yes
  [ -n "${{known:-}}" ] || refuse "$directory holds data that were copied before: $(cut -d ' ' -f 1 <"$record"), and" \
    "$whose differs from that by now; remove $directory there if the copy is not needed"
else
  size=$(du --summarize --block-size=1 -- "$source/." | cut -f 1)
  free=$(df --output=avail --block-size=1 -- "$where" | tail -1)
  [ "$free" -ge $((size + size / 10)) ] || refuse "$where has room for $free bytes, and $source has $size"
  systemctl stop "$unit"
  open=$(find /proc/[0-9]*/fd -lname "$(cd -- "$source" && pwd -P)/*" 2>/dev/null | head -1)
  [ -z "$open" ] || refuse "$source is still in use: $open"
  for left; do [ ! -e "$source/$left" ] || refuse "$source was not closed in order: $left is there"; done
  before=$(state)
  begin
  (cd -- "$source" && find . -mindepth 1 -maxdepth 1 -exec cp --archive --target-directory="$directory" -- {{}} +)
  sync -f "$where"
  (cd -- "$directory" && find . -type f -exec dd if={{}} iflag=nocache count=0 status=none ';')
  (cd -- "$source" && find . -type f -exec sha256sum -- {{}} +) >"$sums"
  (cd -- "$directory" && sha256sum --check --quiet --strict -- "$sums") >&2 || refuse "the copy of $source differs"
  [ "$(entries "$source")" = "$(entries "$directory")" ] || refuse "the copy has other entries than $source"
  [ "$(state)" = "$before" ] || refuse "somebody wrote to $source while it was copied"
  [ -e "$filled" ] || refuse "$source has been copied, and $filled is not there"
  printf '%s %s\\n' "$whose" "$before" >"$record"
  rm -f -- "$sums"
  end
fi
{_OUT}"""

# $1: resource, $2: the script SEED, then its own.
INSIDE_REPLICATED = """set -eu
resource=$1 seed=$2
shift 2
drbdadm primary "$resource"
status=0
sh -c "$seed" quorate-seed "$@" || status=$?
for try in 1 2 3 4 5 6 7 8 9 10; do drbdadm secondary "$resource" && exit $status; sleep 1; done
exit 1
"""

# $1: group, $2: volume, $3: disk, $4: "overwrite" or nothing, $5: the script SEED, then its own.
INSIDE_VOLUME = f"""{_CLEAR}
group=$1 volume=$2 disk=$3 overwrite=$4 seed=$5
shift 5
if ! vgs --foreign -- "$group" >/dev/null 2>&1; then
  if [ "$(types "$disk")" != LVM2_member ] || [ -n "$(pvs --foreign --noheadings -o vg_name -- "$disk" | tr -d ' ')" ]
  then clear_disk "$disk" "$overwrite"; fi
  vgcreate --yes --quiet -- "$group" "$disk"
fi
owner=$(vgs --foreign --noheadings -o systemid -- "$group" | tr -d ' ')
own=$(lvm systemid | sed 's/.*: *//')
[ -n "$own" ] && [ "$owner" = "$own" ] || refuse "the volume group $group belongs to ${{owner:-nobody}}, not to $own"
lvs -- "$group/$volume" >/dev/null 2>&1 ||
  lvcreate --yes --quiet --wipesignatures n --extents 100%FREE --name "$volume" -- "$group"
vgchange --quiet --activate y -- "$group"
status=0
sh -c "$seed" quorate-seed "$@" || status=$?
vgchange --quiet --activate n -- "$group"
exit $status
"""

# $1: group, $2: the system ID it had. For a group made before system IDs were in use, active nowhere.
OWN_GROUP = f"""set -eu
{_SAY}
owner=$(vgs --foreign --noheadings -o systemid -- "$1" | tr -d ' ')
[ -z "$owner" ] || refuse "the volume group $1 belongs to $owner by now"
vgchange --yes --quiet --systemid "$(lvm systemid | sed 's/.*: *//')" -- "$1"
"""

# $1: the marker, $2: what another node wrote there. A network file system may show an old state for a minute
# (nfs(5), acdirmax).
SAME_DIRECTORY = """tries=0
until [ "$(cat -- "$1" 2>/dev/null)" = "$2" ]; do
  tries=$((tries + 1))
  [ $tries -lt 140 ] || { echo "what another node wrote to $1 is not there: it is not the same directory" >&2; exit 1; }
  sleep 0.5
done"""

# $1: resource, $2: for how many seconds to wait for a resynchronisation. Ends with the resource down.
REST = """set -eu
left=$2
while [ "$left" -gt 0 ]; do
  case $(drbdadm cstate "$1") in *Sync*|WFBitMap*|StartingSync*|WFSyncUUID*) ;; *) break;; esac
  left=$((left - 1))
  sleep 1
done
for try in 1 2 3 4 5 6 7 8 9 10; do drbdadm down "$1" && exit; sleep 1; done
exit 1
"""


def script(text: str, name: str, purpose: str, *arguments: str) -> Command:
    """Return the command that runs a script with these arguments. purpose: what it does, for messages."""
    return Command(("sh", "-c", text, f"quorate-{name}", *arguments), purpose=purpose)
