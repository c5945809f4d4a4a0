"""Given block devices: how large, what is on them, who uses them (lsblk(8), wipefs(8)).

Signatures are read from the device itself, not from udev's memory of it. While DRBD has a disk, what is read from the
disk directly may be old, since DRBD writes past the cache that such a read fills: look at /dev/drbdN then.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quorate.errors import Unknown
from quorate.machines.host import Command, command

MARK = "=== quorate "
COLUMNS = "NAME,PATH,TYPE,SIZE,RO,MOUNTPOINTS,SERIAL,WWN"  # without NAME lsblk makes no tree
BLANK_BYTES = 4 << 20  # LVM begins its first volume after one of them

# One block per path: kind, lsblk's JSON, wipefs' JSON. A device without signatures is also compared with zeros, because
# what no tool knows may be somebody's data. A DRBD device that is Secondary cannot be opened ("Wrong medium type").
SCRIPT = f"""for path; do
  printf '%s%s\\n' '{MARK}' "$path"
  if [ ! -e "$path" ]; then echo missing; continue; fi
  if [ ! -b "$path" ]; then echo other; continue; fi
  echo block
  lsblk --json --bytes --paths --output {COLUMNS} -- "$path" | tr -d '\\n'; echo
  if said=$(wipefs --no-act --json -- "$path" 2>/dev/null); then
    case $said in *'"type"'*) content=signed;; *)
      if cmp -s -n {BLANK_BYTES} -- "$path" /dev/zero; then content=zeros; else content=bytes; fi;;
    esac
    echo $content; printf '%s' "$said" | tr -d '\\n'; echo
  else echo closed; fi
done"""


@dataclass(frozen=True, slots=True)
class Signature:
    """What wipefs(8) found: type (drbd, xfs, ext4, LVM2_member, gpt, dos ...), its UUID and label, "" for none."""

    type: str
    uuid: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class BlockDevice:
    """kind: "block", "missing", or "other" for what is there and no block device; the rest holds for "block" alone.

    path: as it was asked for; real_path: what it is a link to. mounted_on: its own mounts and those of what lies on it.
    users: the devices that lie on it (partitions, volumes, DRBD). can_read: False for a DRBD device that is Secondary.
    is_zero: no signature, and nothing but zeros at its beginning.
    """

    path: str
    kind: str
    real_path: str = ""
    type: str = ""
    size_bytes: int = 0
    read_only: bool = False
    mounted_on: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    serial: str = ""
    wwn: str = ""
    can_read: bool = True
    signatures: tuple[Signature, ...] = ()
    is_zero: bool = False

    @property
    def is_block(self) -> bool:
        """Whether it is a block device at all."""
        return self.kind == "block"

    @property
    def is_empty(self) -> bool:
        """Whether it is proven to hold nothing and to be used by nobody."""
        return self.is_block and self.is_zero and not self.users and not self.mounted_on

    def signature(self, type_: str) -> Signature | None:
        """Return its signature of that type."""
        return next((signature for signature in self.signatures if signature.type == type_), None)

    @property
    def content(self) -> str:
        """What is on it, in words."""
        if not self.signatures:
            return "nothing" if self.is_zero else "data that no tool knows"
        return ", ".join(s.type + (f" (label {s.label})" if s.label else "") for s in self.signatures)


def command_for(*paths: str) -> Command:
    """Return the query; a path that is not there is answered too."""
    return command("sh", "-c", SCRIPT, "quorate-devices", *paths)


def parse(output: str, status: int) -> Mapping[str, BlockDevice]:
    """Return the devices by path as it was given."""
    if status != 0:
        raise Unknown("The state of block devices is not known: looking at them failed.")
    found = (_device(block.splitlines()) for block in output.split(MARK)[1:])
    return {device.path: device for device in found}


def _device(lines: list[str]) -> BlockDevice:
    path, kind, *rest = lines
    if kind != "block":
        return BlockDevice(path, kind)
    (top,) = json.loads(rest[0])["blockdevices"]
    tree = list(_below(top))
    content = rest[1]
    return BlockDevice(
        path,
        kind,
        real_path=top["path"],
        type=top["type"] or "",
        size_bytes=int(top["size"]),
        read_only=bool(top["ro"]),
        mounted_on=tuple(dict.fromkeys(m for device in tree for m in device.get("mountpoints") or () if m)),
        users=tuple(dict.fromkeys(device["path"] for device in tree[1:])),
        serial=top["serial"] or "",
        wwn=top["wwn"] or "",
        can_read=content != "closed",
        signatures=() if content == "closed" else tuple(_signatures(json.loads(rest[2]))),
        is_zero=content == "zeros",
    )


def _below(device: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield device
    for child in device.get("children", ()):
        yield from _below(child)


def _signatures(found: dict[str, Any]) -> Iterator[Signature]:
    for entry in found["signatures"]:
        yield Signature(entry["type"], entry["uuid"] or "", entry["label"] or "")
