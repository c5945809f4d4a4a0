"""Cluster properties and defaults -> `fencing` and `pacemaker`. Pure.

A file whose CIB has all that quorate writes by default keeps quorate's defaults; any other says
`pacemaker.defaults: pacemaker`, so that nothing is added to what the cluster has.
"""

from dataclasses import dataclass, replace

from quorate.adopt.account import Account, Fate
from quorate.adopt.document import is_name
from quorate.adopt.draft import Draft
from quorate.adopt.material import Held, Material
from quorate.adopt.mends.old_properties import MOVED
from quorate.describe.derive.pacemaker import RESOURCE_DEFAULTS, SERIES, is_usual
from quorate.describe.vocabulary import PROPERTIES_WITH_A_HOME
from quorate.dialect.crm.vocabulary import boolean
from quorate.dialect.model import Properties
from quorate.duration import seconds, text
from quorate.findings import Severity
from quorate.render.merge import BOOKKEEPING

_SECTIONS = {"property": "properties", "rsc_defaults": "resource_defaults", "op_defaults": "operation_defaults"}
_SWITCHES = {"enabled", "concurrent"}
_TIMES = {"timeout", "priority_delay", "watchdog_timeout"}
_DEFAULTS = {
    "enabled": True,
    "timeout": "60s",
    "action": "reboot",
    "max_attempts": 10,
    "concurrent": True,
}


def properties(material: Material, draft: Draft, *, verbatim: bool) -> None:
    """Fill in the sections with every set that has Pacemaker's usual id and no conditions; others stay text."""
    own = _has_quorates(material)
    if not own:
        draft.pacemaker["defaults"] = "pacemaker"
    for held in list(material.held):
        item = held.statement
        if isinstance(item, Properties) and is_usual(item):
            for pair in item.pairs:
                if pair.name is None or not is_name(pair.name):
                    continue
                fate, detail = _Taking(material, draft, held, own, verbatim).take(
                    item.kind, pair.name, pair.value or ""
                )
                material.account.add(held.file, held.lines, f"{item.kind} {pair.name}", fate, detail)
            if not item.pairs:
                material.account.add(held.file, held.lines, item.kind, Fate.DROPPED, "it says nothing")
            odd = tuple(pair for pair in item.pairs if not is_name(pair.name or ""))
            at = material.held.index(held)
            material.held[at : at + 1] = [replace(held, statement=replace(item, pairs=odd))] if odd else []
    if own:
        _without_defaults(draft, material.account)


def _said(material: Material, kind: str) -> dict[str, str]:
    return {
        pair.name: pair.value or ""
        for item in material.statements(Properties)
        if item.kind == kind and is_usual(item)
        for pair in item.pairs
        if pair.name is not None
    }


def _has_quorates(material: Material) -> bool:
    """True if nothing is missing that quorate writes unasked."""
    wanted = {"no-quorum-policy", "stonith-enabled", "stonith-timeout", "stonith-action", "stonith-max-attempts",
              "concurrent-fencing", *SERIES}  # fmt: skip
    return (
        wanted <= _said(material, "property").keys()
        and RESOURCE_DEFAULTS.keys() <= _said(material, "rsc_defaults").keys()
    )


@dataclass(frozen=True, slots=True)
class _Taking:
    """One set of properties on its way into the draft. own: the file keeps quorate's defaults."""

    material: Material
    draft: Draft
    held: Held
    own: bool
    verbatim: bool

    def take(self, kind: str, name: str, value: str) -> tuple[Fate, str]:
        """Put one property or default where it belongs."""
        if kind == "property" and name in MOVED and not self.verbatim:
            kind, name = MOVED[name]
        if kind == "property" and name == "cluster-name":
            self.draft.cluster = self.draft.cluster or value
            return Fate.BECAME, "cluster"
        if kind == "property" and name in BOOKKEEPING:
            return Fate.SAME, "Pacemaker writes it itself"
        if kind == "property" and name in PROPERTIES_WITH_A_HOME:
            return self._at_home(name, value)
        if kind == "rsc_defaults" and self.own and name in {"resource-stickiness", "priority"}:
            return self._default(name, value)
        self.draft.pacemaker.setdefault(_SECTIONS[kind], {})[name] = value
        return Fate.BECAME, f"pacemaker.{_SECTIONS[kind]}.{name}"

    def _at_home(self, name: str, value: str) -> tuple[Fate, str]:
        """Put a property under `fencing`."""
        home = PROPERTIES_WITH_A_HOME[name]
        key = home.partition(".")[2]
        meant = _fencing_value(key, value)
        if meant is None:
            self.material.say(Severity.WARNING, self.held.place, "bad-property", f"{name}={value} cannot be read",
                              "Pacemaker takes its default instead", f"write {home}")  # fmt: skip
            return Fate.DROPPED, f"{value} is no value of it"
        self.draft.fencing[key] = meant
        return Fate.BECAME, home

    def _default(self, name: str, value: str) -> tuple[Fate, str]:
        if name == "priority" and value == "1":
            return Fate.SAME, "quorate writes it"
        if name == "priority":
            self.draft.pacemaker.setdefault("resource_defaults", {})[name] = value
            return Fate.BECAME, "pacemaker.resource_defaults.priority"
        self.draft.pacemaker["stickiness"] = value
        return Fate.BECAME, "pacemaker.stickiness"


def _fencing_value(key: str, value: str) -> object:
    """Return what a property means under `fencing`, None if it means nothing."""
    if key in _SWITCHES:
        return boolean(value)
    if key in _TIMES:
        given = seconds(value)
        return None if given is None else text(given)
    if key == "action":
        return {"reboot": "reboot", "off": "off", "poweroff": "off"}.get(value.lower())
    return int(value) if value.isdecimal() and int(value) > 0 else 10 if value.upper() == "INFINITY" else None


def _without_defaults(draft: Draft, account: Account) -> None:
    """Leave out what quorate derives anyway."""
    race = len(draft.nodes) == 2 and "device" not in draft.quorum
    for key, value in {**_DEFAULTS, "priority_delay": "5s" if race else "0s"}.items():
        if draft.fencing.get(key) == value:
            del draft.fencing[key]
            account.left_out(f"fencing.{key}")
        elif key == "priority_delay" and race:
            draft.fencing.setdefault(key, "0s")
    given = draft.pacemaker.get("properties", {})
    for name, value in (*SERIES.items(), ("no-quorum-policy", "stop")):
        if given.get(name) == value:
            del given[name]
            account.left_out(f"pacemaker.properties.{name}")
    defaults = draft.pacemaker.get("resource_defaults", {})
    for name, value in RESOURCE_DEFAULTS.items():
        if defaults.get(name) == value:
            del defaults[name]
            account.left_out(f"pacemaker.resource_defaults.{name}")
    if draft.pacemaker.get("stickiness") == RESOURCE_DEFAULTS["resource-stickiness"]:
        del draft.pacemaker["stickiness"]
        account.left_out("pacemaker.stickiness")
    for name in ("properties", "resource_defaults"):
        if not draft.pacemaker.get(name, True):
            del draft.pacemaker[name]
