"""Settings: values given in a second place or in clear text, and properties that Pacemaker does not know. Pure."""

import difflib
from collections.abc import Iterator, Mapping

from quorate.describe.fields import LITERAL_FIX, LITERAL_WHY
from quorate.describe.problems import Path, Problem, error, problem
from quorate.describe.sections import resources
from quorate.describe.sections.whole import File
from quorate.describe.vocabulary import OPTIONS_WITH_A_HOME, PROPERTIES, PROPERTIES_WITH_A_HOME
from quorate.findings import Finding, Severity
from quorate.secret_names import is_secret_key

_WHY = "said in two places, the two could contradict each other"


def second_homes(file: File) -> Iterator[Problem]:
    """Yield settings that are said in a second place, where they could contradict the first, and unknown properties."""
    properties = file.pacemaker.properties if file.pacemaker else {}
    options = file.corosync.options if file.corosync else {}
    said = [(name, PROPERTIES_WITH_A_HOME, ("pacemaker", "properties", name)) for name in properties]
    said += [(name, OPTIONS_WITH_A_HOME, ("corosync", "options", name)) for name in options]
    for name, homes, path in said:
        if name in homes:
            summary = f"{name} has a key of its own"
            yield problem("has-own-key", summary, _WHY, f"write {homes[name]}", path, of_key=True)
    yield from (_unknown_property(name) for name in properties if name not in PROPERTIES)
    given = file.pacemaker.stickiness if file.pacemaker else None
    again = file.pacemaker.resource_defaults.get("resource-stickiness") if file.pacemaker else None
    if given is not None and again is not None:
        summary = "resource-stickiness is also given as pacemaker.stickiness"
        path = ("pacemaker", "resource_defaults", "resource-stickiness")
        yield problem("has-own-key", summary, _WHY, "remove one of them", path, of_key=True)


def _unknown_property(name: str) -> Problem:
    """Warn only: resource agents may keep properties of their own."""
    near = difflib.get_close_matches(name, sorted(PROPERTIES), n=1)
    fix = f"did you mean {near[0]}?" if near else "see pacemaker-schedulerd(7) and pacemaker-controld(7)"
    summary = f'Pacemaker 2.1 knows no cluster property "{name}"'
    why = "Pacemaker keeps properties it does not know and ignores them"
    path = ("pacemaker", "properties", name)
    return Problem(Finding("unknown-property", Severity.WARNING, summary, why, fix, path), of_key=True)


def literal_secrets(file: File) -> Iterator[Problem]:
    """Yield parameters whose names say that they are secrets, and whose values stand there in clear text."""
    tables: list[tuple[Path, Mapping[str, object]]] = []
    for name, node in file.nodes.items():
        if node.fencing and node.fencing.ipmi:
            tables.append((("nodes", name, "fencing", "ipmi", "parameters"), node.fencing.ipmi.parameters))
    if file.fencing:
        if file.fencing.ipmi:
            tables.append((("fencing", "ipmi", "parameters"), file.fencing.ipmi.parameters))
        tables += [(("fencing", "devices", n, "parameters"), d.parameters) for n, d in file.fencing.devices.items()]
    for name, entry in file.resources.items():
        if isinstance(entry, resources.Primitive | resources.Template):
            tables.append((("resources", name, "parameters"), entry.parameters))
    for path, parameters in tables:
        for key, value in parameters.items():
            if isinstance(value, str) and is_secret_key(key):
                summary = f"the parameter {key} must be a reference to a secret, not the secret itself"
                yield Problem(error("literal-secret", summary, LITERAL_WHY, LITERAL_FIX, (*path, key)), secret=True)
