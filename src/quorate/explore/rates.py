"""Rates: how often each kind of failure happens to one part in a year, and how long its repair takes. Pure.

The file's own figures (section `rates`) win; what it leaves out comes from DEFAULTS. A default names the publication it
rests on, or says that it is an assumption. The order of magnitude is what matters: published figures differ widely
from site to site.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from quorate.describe import cluster
from quorate.explore.subject import Rate

HOUR_S = 3600.0
OWN = "the cluster file"

FORD = "Ford et al., Availability in Globally Distributed Storage Systems, OSDI 2010, table 2"
SCHROEDER = "Schroeder and Gibson, A Large-Scale Study of Failures in High-Performance Computing Systems, DSN 2006"
DEAN = "J. Dean on the first year of a cluster at Google (CNET, Google spotlights data center inner workings, 2008)"
SINGH = "Singh et al., Surviving Switch Failures in Cloud Datacenters, ACM SIGCOMM CCR 51(2), 2021"
BACKBLAZE = "Backblaze Drive Stats for 2024"
TIERS = "Turner, Seader and Brill, Tier Classifications Define Site Infrastructure Performance, Uptime Institute"

_NODE = f"{FORD}: a node is away for 15 min or more every 4.3 months, restarts on purpose among them"
_REPAIR = f"4 h is an assumption; {SCHROEDER}: from less than an hour to more than a day"
_TEN_YEARS = "assumption, once in ten years"
_AN_HOUR = "assumption, until somebody has mended it"


@dataclass(frozen=True, slots=True)
class Default:
    """A rate with where each of its two figures comes from. per_year: of one part; repair_h: hours."""

    per_year: float
    source: str
    repair_h: float
    repair_source: str


DEFAULTS: Mapping[str, Default] = MappingProxyType(
    {
        "node-lost": Default(0.7, f"{_NODE}, 2.8 a year; that a quarter are crashes is an assumption", 4, _REPAIR),
        "node-and-board-lost": Default(0.1, _TEN_YEARS, 4, _REPAIR),
        "node-hung": Default(0.1, _TEN_YEARS, 4, _REPAIR),
        "node-left": Default(
            2, f"{_NODE}, 2.8 a year; that most are on purpose is an assumption", 0.5, "assumption, a restart"
        ),
        "resource-failed": Default(
            1, "assumption, once a year", 1, "assumption, where it does not come back by itself"
        ),
        "resource-failed-everywhere": Default(
            0.02, "assumption, a mistake in its configuration or data once in fifty years", 1, _AN_HOUR
        ),
        "start-failed": Default(0.1, _TEN_YEARS, 1, _AN_HOUR),
        "stop-failed": Default(0.1, _TEN_YEARS, 1, _AN_HOUR),
        "link-cut": Default(0.1, "assumption, a card, cable or port once in ten years", 4, "assumption"),
        "fencing-silent": Default(0.2, "assumption, once in five years", 24, "assumption, nobody else misses it"),
        "quorum-device-lost": Default(2.8, f"{_NODE}; its host is one more such node", 0.5, "assumption, a restart"),
        "disk-failed": Default(0.0157, f"{BACKBLAZE}: 1.57 % of the hard disks", 24, "assumption"),
        "rack-lost": Default(0.1, f"{FORD}: a rack every 10.2 years", 4, f"{DEAN}: 1 to 6 h"),
        "switch-lost": Default(0.08, f"{SINGH}: 2 % within three months", 1, "assumption"),
        "power-lost": Default(0.1, _TEN_YEARS, 6, f"{DEAN}: about 6 h for a power distribution unit"),
        "site-lost": Default(
            0.2, f"{TIERS}: 1.6 h a year at Tier III; that this is 8 h in five years is an assumption", 8, "as before"
        ),
    }
)


def rates(own: Mapping[str, cluster.Rate]) -> Mapping[str, Rate]:
    """Return the rate of every kind of failure that has one. own: what the file says of some of them."""
    return MappingProxyType({kind: _rate(own.get(kind, cluster.Rate()), default) for kind, default in DEFAULTS.items()})


def _rate(own: cluster.Rate, default: Default) -> Rate:
    """Return one rate; each of its two figures is the file's, or the default."""
    per_year, source = (default.per_year, default.source) if own.per_year is None else (own.per_year, OWN)
    repair_s, repair = (
        (default.repair_h * HOUR_S, default.repair_source) if own.repair_s is None else (own.repair_s, OWN)
    )
    return Rate(per_year, repair_s, source if source == repair == OWN else f"{source}; repair: {repair}")
