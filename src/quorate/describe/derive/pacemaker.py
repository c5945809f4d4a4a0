"""Pacemaker's properties and defaults, by its own names (Pacemaker Explained; pacemaker-schedulerd(7)). Pure."""

from types import MappingProxyType

from quorate.describe.cluster import Fencing, Pacemaker
from quorate.describe.derive.times import pacemaker_time
from quorate.describe.sections import whole as written

# A failed resource moves after three failures, and is allowed back ten minutes later: Pacemaker itself would move it
# after 1,000,000 and never forget a failure, so that one bad minute could bar a node for good.
RESOURCE_DEFAULTS = {"resource-stickiness": "1000", "migration-threshold": "3", "failure-timeout": "10min"}
# Document 004 keeps 1000 of each kind of transition input; the defaults keep 4000, 5000 and errors without end.
SERIES = {"pe-input-series-max": "1000", "pe-error-series-max": "1000", "pe-warn-series-max": "1000"}


def pacemaker(file: written.File, fencing: Fencing) -> Pacemaker:
    """Return properties and defaults; what the file gives wins over what is derived."""
    section = file.pacemaker or written.Pacemaker()
    derived = {
        "cluster-name": file.cluster,
        "no-quorum-policy": "stop",
        "stonith-enabled": _boolean(fencing.enabled),
        "stonith-timeout": pacemaker_time(fencing.timeout_s),
        "stonith-action": fencing.action,
        "stonith-max-attempts": str(fencing.max_attempts),
        "concurrent-fencing": _boolean(fencing.concurrent),
        **SERIES,
    }
    if fencing.priority_delay_s > 0:
        derived["priority-fencing-delay"] = pacemaker_time(fencing.priority_delay_s)
    if fencing.watchdog_timeout_s > 0:
        derived["stonith-watchdog-timeout"] = pacemaker_time(fencing.watchdog_timeout_s)
    return Pacemaker(
        properties=MappingProxyType({**derived, **section.properties}),
        resource_defaults=MappingProxyType(_resource_defaults(section, delayed=fencing.priority_delay_s > 0)),
        operation_defaults=MappingProxyType(section.operation_defaults),
    )


def _resource_defaults(section: written.Pacemaker, *, delayed: bool) -> dict[str, str]:
    """Return rsc_defaults. priority-fencing-delay compares the resources' priorities, so each gets one with it."""
    defaults = dict(RESOURCE_DEFAULTS)
    if delayed:
        defaults["priority"] = "1"
    if section.stickiness is not None:
        defaults["resource-stickiness"] = section.stickiness
    return {**defaults, **section.resource_defaults}


def _boolean(value: bool) -> str:
    return "true" if value else "false"
