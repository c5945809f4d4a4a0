"""DRBD's kernel module and its tools: which generation is each (drbdadm(8), modinfo(8))?

The kernel's own module is 8.4; DRBD 9 comes as a package of its own. The tools of generation 9 drive both modules, the
tools of generation 8 only their own.
"""

import re
from dataclasses import dataclass

from quorate.errors import Unknown
from quorate.machines.host import command

SCRIPT = """uname -r
echo "loaded $(cat /sys/module/drbd/version 2>/dev/null)"
echo "available $(modinfo --field=version drbd 2>/dev/null)"
if command -v drbdadm >/dev/null; then drbdadm --version 2>/dev/null; fi
true"""

COMMAND = command("sh", "-c", SCRIPT)


@dataclass(frozen=True, slots=True)
class DrbdModule:
    """Versions as text ("8.4.11"); "" for none. kernel: the release that runs.

    loaded: of the module in the kernel; available: of the module that modprobe would load; tools: of drbdadm.
    """

    kernel: str
    loaded: str
    available: str
    tools: str

    @property
    def version(self) -> str:
        """The version that serves, or would: the loaded one comes first; "" when the kernel has no module."""
        return self.loaded or self.available

    @property
    def generation(self) -> int:
        """8 or 9, as the module says; 0 when there is none."""
        return generation(self.version)

    @property
    def is_mismatched(self) -> bool:
        """Whether these tools cannot drive this module: 9 takes tools of 9."""
        return self.generation > generation(self.tools) > 0


def generation(version: str) -> int:
    """Return the number before the first dot; 0 for no version."""
    return int(version.partition(".")[0] or 0)


def parse(output: str, status: int) -> DrbdModule:
    """Read the versions."""
    lines = output.splitlines()
    if status != 0 or len(lines) < 3:
        raise Unknown("Which DRBD the host has is not known.")
    tools = re.search(r"^DRBDADM_VERSION=(\S+)$", output, re.MULTILINE)
    loaded, available = (line.partition(" ")[2].strip() for line in lines[1:3])
    return DrbdModule(lines[0], loaded, available, tools[1] if tools else "")
