"""Parts: which ids of Pacemaker's configuration are a service's own, of whatever kind it is, or was. Pure.

The file says of a service's name what stands behind it: when it names another kind, another store or other nodes, what
the service was made of before is nobody's. To tell it from what people made, kinds call their parts as here.
"""

import re
from collections.abc import Collection

RESOURCES = (
    "address",
    "apache",
    "arbitrator",
    "drbd",
    "filesystem",
    "garbd",
    "instance",
    "replicas",
    "server",
    "servers",
    "unit",
    "volume",
)
CLONES = {
    "arbitrator": ("garbd", "systemd:garb"),
    "replicas": ("drbd", "ocf:linbit:drbd"),
    "servers": ("server", "systemd:haproxy"),
}
"""What stands beside a service's own resource, each with the primitive that is cloned, and its agent."""

BONDS = ("after", "data-draw", "draws", "with")
WITHIN = ("promoted", "promotion", "server")
"""What a service's own constraints name besides other services."""

PLACED = re.compile(r"(?:(?P<part>.+?)-)?(?:never-on|not-on|prefers)-.+")


def is_part(id_: str, services: Collection[str]) -> bool:
    """Tell whether one of these services gives the id to a part of itself; their names alone are ids of the whole."""
    return any(_is_of(id_.removeprefix(f"{name}-"), services) for name in services if id_.startswith(f"{name}-"))


def _is_of(rest: str, services: Collection[str]) -> bool:
    if rest in RESOURCES:
        return True
    if any(rest.removeprefix(f"{bond}-") in {*WITHIN, *services} for bond in BONDS if rest.startswith(f"{bond}-")):
        return True
    placed = PLACED.fullmatch(rest)
    return placed is not None and placed["part"] in {None, *RESOURCES}
