"""Pacemaker's properties and defaults, by its own names (Pacemaker Explained; pacemaker-schedulerd(7)). Pure."""

from types import MappingProxyType

from quorate.describe.cluster import Fencing, Pacemaker
from quorate.describe.derive.crm_view import are_plain
from quorate.describe.derive.times import pacemaker_time
from quorate.describe.sections import whole as written
from quorate.dialect import model

# A failed resource moves after three failures, and is allowed back ten minutes later: Pacemaker itself would move it
# after 1,000,000 and never forget a failure, so that one bad minute could bar a node for good.
RESOURCE_DEFAULTS = {"resource-stickiness": "1000", "migration-threshold": "3", "failure-timeout": "10min"}
# Document 004 keeps 1000 of each kind of transition input; the defaults keep 4000, 5000 and errors without end.
SERIES = {"pe-input-series-max": "1000", "pe-error-series-max": "1000", "pe-warn-series-max": "1000"}


def pacemaker(file: written.File, fencing: Fencing, text: model.Configuration) -> Pacemaker:
    """Return properties and defaults; what the file gives, text of the crm shell too, wins over what is derived."""
    section = file.pacemaker or written.Pacemaker()
    derived = {"cluster-name": file.cluster, "no-quorum-policy": "stop", **_of_fencing(fencing), **SERIES}
    derived |= _delays(fencing)
    if section.defaults == "pacemaker":
        given = file.fencing.model_fields_set if file.fencing else frozenset[str]()
        derived = {name: derived[name] for key, name in _FENCING.items() if key in given and name in derived}
    defaults = _resource_defaults(section, delayed=fencing.priority_delay_s > 0)
    return Pacemaker(
        properties=MappingProxyType({**derived, **section.properties, **said(text, "property")}),
        resource_defaults=MappingProxyType({**defaults, **said(text, "rsc_defaults")}),
        operation_defaults=MappingProxyType({**section.operation_defaults, **said(text, "op_defaults")}),
    )


def said(text: model.Configuration, kind: str) -> dict[str, str]:
    """Return the properties (or defaults) that a text of the crm shell gives without conditions."""
    return {
        pair.name: pair.value
        for item in text.statements
        if isinstance(item, model.Properties) and item.kind == kind and is_usual(item)
        for pair in item.pairs
        if pair.name is not None and pair.value is not None
    }


def is_usual(item: model.Properties) -> bool:
    """True for names with values in the set that has Pacemaker's usual id."""
    usual = item.id in {None, model.DEFAULT_IDS[item.kind]} and item.ref is None and not item.rules
    return usual and are_plain(item.pairs)


_FENCING = {
    "enabled": "stonith-enabled",
    "timeout": "stonith-timeout",
    "action": "stonith-action",
    "max_attempts": "stonith-max-attempts",
    "concurrent": "concurrent-fencing",
    "priority_delay": "priority-fencing-delay",
    "watchdog_timeout": "stonith-watchdog-timeout",
}


def _of_fencing(fencing: Fencing) -> dict[str, str]:
    return {
        "stonith-enabled": _boolean(fencing.enabled),
        "stonith-timeout": pacemaker_time(fencing.timeout_s),
        "stonith-action": fencing.action,
        "stonith-max-attempts": str(fencing.max_attempts),
        "concurrent-fencing": _boolean(fencing.concurrent),
    }


def _delays(fencing: Fencing) -> dict[str, str]:
    derived = {}
    if fencing.priority_delay_s > 0:
        derived["priority-fencing-delay"] = pacemaker_time(fencing.priority_delay_s)
    if fencing.watchdog_timeout_s > 0:
        derived["stonith-watchdog-timeout"] = pacemaker_time(fencing.watchdog_timeout_s)
    return derived


def _resource_defaults(section: written.Pacemaker, *, delayed: bool) -> dict[str, str]:
    """Return rsc_defaults. priority-fencing-delay compares the resources' priorities, so each gets one with it."""
    own = section.defaults != "pacemaker"
    defaults = dict(RESOURCE_DEFAULTS) if own else {}
    if delayed and own:
        defaults["priority"] = "1"
    if section.stickiness is not None:
        defaults["resource-stickiness"] = section.stickiness
    return {**defaults, **section.resource_defaults}


def _boolean(value: bool) -> str:
    return "true" if value else "false"
