"""What several inputs say: of the same thing the first counts, and where they differ that is an error. Pure.

Two nodes' copies of corosync.conf, a CIB and the text of the crm shell made of it: whoever gives both gives them of one
moment.
"""

from dataclasses import replace

from quorate.adopt.account import Fate
from quorate.adopt.material import Held, Material
from quorate.adopt.reading.corosync import flat
from quorate.dialect.corosync.model import Configuration
from quorate.dialect.crm.references import identity
from quorate.dialect.model import DEFAULT_IDS, FencingTopology, Properties
from quorate.findings import Severity

_WHY = "the two differ, and only one can be meant"
_FIX = "give the inputs of one moment"


def once(material: Material) -> None:
    """Leave each thing in the material once."""
    _statements(material)
    _properties(material)
    _corosync(material)


def _say(material: Material, held: Held, what: str, where: str) -> None:
    summary = f"{what} stands in {where} already, and says something else there"
    material.say(Severity.ERROR, held.place, "said-otherwise", summary, _WHY, _FIX)


def _statements(material: Material) -> None:
    seen: dict[tuple[str, str], Held] = {}
    for held in list(material.held):
        name = "levels" if isinstance(held.statement, FencingTopology) else identity(held.statement)
        first = seen.setdefault((type(held.statement).__name__, name), held) if name is not None else held
        if first is held:
            continue
        material.held.remove(held)
        same = replace(first.statement, comments=()) == replace(held.statement, comments=())
        where = f"{first.file}:{first.lines[0]}"
        detail = f"{where} says the same" if same else f"{where} says it otherwise, and counts"
        material.account.add(held.file, held.lines, held.what, Fate.DROPPED, detail)
        if not same:
            _say(material, held, held.what, where)


def _properties(material: Material) -> None:
    """Of a property in several files the first value counts; within one file Pacemaker knows which."""
    seen: dict[tuple[str, str, str], tuple[Held, str | None]] = {}
    for number, held in enumerate(list(material.held)):
        item = held.statement
        if not isinstance(item, Properties) or item.rules or item.ref:
            continue
        kept = []
        for pair in item.pairs:
            first, value = seen.setdefault(
                (item.kind, item.id or DEFAULT_IDS[item.kind], pair.name or ""), (held, pair.value)
            )
            if first.file == held.file:
                kept.append(pair)
                continue
            what, where = f"{item.kind} {pair.name}", f"{first.file}:{first.lines[0]}"
            detail = f"{where} says the same" if value == pair.value else f"{where} says it otherwise, and counts"
            material.account.add(held.file, held.lines, what, Fate.DROPPED, detail)
            if value != pair.value:
                _say(material, held, what, where)
        material.held[number] = replace(held, statement=replace(item, pairs=tuple(kept)))


def _corosync(material: Material) -> None:
    """Of several corosync.conf the first counts, unless they have no section in common."""
    kept: list[tuple[Configuration, str]] = []
    for configuration, file in material.corosync:
        sections = {section.name for section in configuration.sections()}
        first = next((each for each in kept if sections & {section.name for section in each[0].sections()}), None)
        if first is None:
            kept.append((configuration, file))
            continue
        same = first[0] == configuration
        detail = f"{first[1]} says the same" if same else f"{first[1]} says it otherwise, and counts"
        for path, key in flat(configuration):
            line = key.span.line + 1 if key.span else 1
            material.account.add(file, [line], ".".join((*path, key.name)), Fate.DROPPED, detail)
        if not same:
            material.say(Severity.ERROR, material.place(file, 1), "said-otherwise",
                         f"{file} and {first[1]} are not the same", "nodes with other settings may not find each other",
                         "copy one of them to all nodes, and give it alone")  # fmt: skip
    material.corosync = kept
