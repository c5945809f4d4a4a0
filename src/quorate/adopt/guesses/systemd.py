"""systemd: a unit alone, or a group of an address and a unit."""

from collections.abc import Iterator

from quorate.adopt.draft import Section
from quorate.adopt.guesses import _parts as parts
from quorate.catalog.agents import AgentLibrary
from quorate.describe.resources import Primitive
from quorate.duration import text


def guess(seen: parts.Seen) -> Iterator[tuple[str, Section]]:
    """Yield units that are in no group, and groups of two."""
    for resource in seen.by_id.values():
        if isinstance(resource, Primitive) and resource.id not in seen.inner and _is_unit(resource):
            yield resource.id, _options(resource)
    for group in seen.groups:
        unit = seen.primitive(f"{group.id}-unit")
        options = parts.address(seen.primitive(f"{group.id}-address"))
        if unit is not None and _is_unit(unit) and options is not None:
            yield group.id, _options(unit) | options


def _is_unit(primitive: Primitive) -> bool:
    return primitive.agent is not None and primitive.agent.standard == "systemd"


def _options(unit: Primitive) -> Section:
    assert unit.agent is not None
    known = AgentLibrary.shipped().get(unit.agent)
    options: Section = {"kind": "systemd", "unit": unit.agent.type, **parts.monitor(unit, 10)}
    for name in ("start", "stop"):
        given = next((op.timeout_s for op in unit.operations if op.name == name), None)
        advice = known.action(name) if known else None
        if given is not None and (advice is None or given != advice.timeout_s):
            options[f"{name}_timeout"] = text(given)
    return options
