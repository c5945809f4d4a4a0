"""IPMI fencing uses a cipher suite that lets anybody in, or the old protocol without encryption.

Why: with cipher suite 0 the board asks for no password: whoever reaches it can switch the node off. Without
lanplus (IPMI 1.5) nothing on the way is encrypted.
What to do: use `lanplus: true` and cipher suite 3 or 17, and disable suite 0 on the boards.
Source: ipmitool(1), -C and -I lanplus; fence_ipmilan(8), cipher and lanplus
"""

from collections.abc import Iterator

from quorate.check.context import Context, Path
from quorate.check.fencing import parameter_path
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_PLUS = ("1", "true", "yes", "on")
_WITHOUT_DEFAULT = ("fence_ipmilan",)  # its descendants (ilo4, idrac ...) have lanplus on by default


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report cipher 0 and lanplus off, at the place where it was written."""
    said: set[Path] = set()
    for device in cluster.fencing.devices:
        wrong = ""
        if device.parameters.get("cipher") == "0":
            wrong, name, fix = "cipher suite 0, which asks for no password", "cipher", "write `cipher: 3`"
        elif device.agent in _WITHOUT_DEFAULT and device.parameters.get("lanplus", "0") not in _PLUS:
            wrong, name, fix = "IPMI 1.5, which encrypts nothing", "lanplus", "write `lanplus: true`"
        if not wrong:
            continue
        path = parameter_path(cluster, device, name)
        if path not in said:
            said.add(path)
            yield Finding(
                code="ipmi-login-open",
                severity=Severity.WARNING,
                summary=f"{device.id} uses {wrong}",
                why="whoever reaches the board's network can switch nodes off, or read how to",
                fix=fix,
                path=path,
            )
