"""LVM's settings for a cluster, as a block in /etc/lvm/lvmlocal.conf: a file's text in, its new text out. Pure.

lvm.conf stays the operator's: settings in lvmlocal.conf override it (lvm.conf(5)). Only the block between the two
markers is quorate's. Sections may come more than once in a file, a setting must not; what others have set is reported
by `conflicts` and never written over.

Sources: lvmsystemid(7), lvm.conf(5), `lvmconfig --typeconfig default devices/global_filter`: where only rejecting
patterns stand, a device with one name that matches is rejected, under all its names.
"""

import re
from collections.abc import Iterator, Sequence

PATH = "/etc/lvm/lvmlocal.conf"
MAIN = "/etc/lvm/lvm.conf"
BEGIN = "# quorate begin: whose volume groups are whose, and which disks are none of LVM's"
END = "# quorate end"
_SPECIAL = re.compile(r"[.+]")  # what a path may hold that LVM's patterns would take for an operator
_SETTING = re.compile(r"^\s*(?:global/|devices/)?(system_id_source|global_filter)\s*=\s*(.*?)\s*$", re.MULTILINE)


def merged(existing: str, hidden: Sequence[str], *, owned: bool) -> str:
    """Return `existing` with quorate's block at its end. Idempotent.

    hidden: paths of disks that LVM is to keep off. owned: groups belong to the host that made or took them.
    """
    return _without_block(existing) + "".join(f"{line}\n" for line in _block(hidden, owned))


def _block(hidden: Sequence[str], owned: bool) -> Iterator[str]:
    yield BEGIN
    if owned:
        yield 'global { system_id_source = "uname" }'
    if hidden:
        patterns = ", ".join(f'"r|^{_SPECIAL.sub(_as_class, path)}$|"' for path in sorted(hidden))
        yield f"devices {{ global_filter = [ {patterns} ] }}"
    yield END


def _as_class(found: re.Match[str]) -> str:
    return f"[{found[0]}]"


def _without_block(existing: str) -> str:
    start, end = existing.find(BEGIN), existing.find(END)
    if start < 0 or end < start:
        return existing if not existing or existing.endswith("\n") else existing + "\n"
    return existing[:start] + existing[end + len(END) :].removeprefix("\n")


def conflicts(local: str, main: str, hidden: Sequence[str], *, owned: bool) -> Iterator[tuple[str, str, str]]:
    """Yield (file, setting, value) for what others have set, where the block would set something else.

    local, main: the text of lvmlocal.conf and of lvm.conf. A filter of the operator's that names all hidden disks is
    one that does the same, so it is none.
    """
    for file, text in ((PATH, _without_block(local)), (MAIN, main)):
        for setting, value in _SETTING.findall(text):
            if setting == "system_id_source" and (not owned or value.strip('"') in {"uname", "none"}):
                continue
            if setting == "global_filter" and (not hidden or all(path in value for path in hidden)):
                continue
            yield file, setting, value
