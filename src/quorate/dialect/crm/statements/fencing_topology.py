"""`fencing_topology [node:|pattern:…|attr:name=value] devices …`. Pure.

The levels of a target count from 1. As in crmsh, a node attribute counts on over its values.
"""

import re

from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import word
from quorate.dialect.model import FencingLevel, FencingTopology

WORDS = ("fencing_topology", "fencing-topology")
MODELS = (FencingTopology,)
_ATTRIBUTE = re.compile(r"attr:([\w-]+)=([\w-]+)", re.IGNORECASE)
_PATTERN = re.compile(r"pattern:(.+)", re.IGNORECASE)
_NODE = re.compile(r"([^:]+):")


def read(cursor: Cursor) -> FencingTopology:
    """Read what follows the word."""
    levels: list[FencingLevel] = []
    count: dict[str | None, int] = {}
    target: str | None = None
    pattern: str | None = None
    attribute: tuple[str, str] | None = None
    while cursor.more:
        if found := cursor.match(_ATTRIBUTE):
            target, pattern, attribute = None, None, (found[1], found[2])
        elif found := cursor.match(_PATTERN):
            target, pattern, attribute = None, found[1], None
        elif found := cursor.match(_NODE):
            target, pattern, attribute = found[1], None, None
        else:
            key = attribute[0] if attribute else pattern or target
            count[key] = count.get(key, 0) + 1
            devices = cursor.take("devices").text
            levels.append(FencingLevel(count[key], devices, target, pattern, attribute))
    return FencingTopology(levels=tuple(levels))


def written(topology: FencingTopology) -> list[str]:
    """Return the parts of the statement."""
    parts, last = ["fencing_topology"], ""
    for level in topology.levels:
        target = _target(level)
        if target == last:
            parts[-1] += f" {word(level.devices)}"
        else:
            parts.append(f"{target} {word(level.devices)}")
        last = target
    return parts


def _target(level: FencingLevel) -> str:
    if level.attribute is not None:
        return f"attr:{level.attribute[0]}={level.attribute[1]}"
    if level.pattern is not None:
        return word(f"pattern:{level.pattern}")
    return "" if level.target is None else word(f"{level.target}:")
