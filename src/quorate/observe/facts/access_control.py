"""Whether SELinux or AppArmor confines programs there, read from the kernel (selinux(8), apparmor(7))."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from quorate.errors import Unknown
from quorate.machines.host import command

SCRIPT = """echo "selinux $(cat /sys/fs/selinux/enforce 2>/dev/null)"
echo "apparmor $(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)"
cat /sys/kernel/security/apparmor/profiles 2>/dev/null || true"""

COMMAND = command("sh", "-c", SCRIPT)


@dataclass(frozen=True, slots=True)
class AccessControl:
    """selinux: its mode, "off" where the kernel has none. apparmor: whether it is on.

    profiles: AppArmor profile -> enforce, complain ...; empty without root rights.
    """

    selinux: Literal["enforcing", "permissive", "off"]
    apparmor: bool
    profiles: Mapping[str, str]


def parse(output: str, status: int) -> AccessControl:
    """Read what the kernel shows; a container without /sys/kernel/security shows no profiles."""
    lines = output.splitlines()
    if status != 0 or len(lines) < 2:
        raise Unknown("Whether SELinux or AppArmor is on is not known.")
    enforce, enabled = lines[0].partition(" ")[2], lines[1].partition(" ")[2]
    profiles = {}
    for line in lines[2:]:
        name, _, mode = line.rpartition(" ")
        profiles[name] = mode.strip("()")
    modes: dict[str, Literal["enforcing", "permissive"]] = {"1": "enforcing", "0": "permissive"}
    return AccessControl(modes.get(enforce, "off"), enabled == "Y", MappingProxyType(profiles))
