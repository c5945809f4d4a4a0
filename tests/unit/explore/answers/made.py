"""Small subjects and explorations, put together by hand."""

from dataclasses import replace
from typing import Any

from quorate.describe.cluster import Quorum
from quorate.explore.result import Cause, Exploration, Figure, Impact, Scenario, State, Stretch
from quorate.explore.subject import Fence, Part, Rate, Service, Subject

HOUR_S = 3600.0
YEAR_S = 365.25 * 24 * HOUR_S
QUORUM = Quorum(
    expected_votes=3,
    two_node=False,
    wait_for_all=False,
    last_man_standing=False,
    last_man_standing_window_ms=10_000,
    auto_tie_breaker=None,
    device=None,
)


def subject(*names: str, nodes: tuple[str, ...] = ("n1", "n2", "n3"), **more: Any) -> Subject:
    """Return a cluster whose services have one primitive of their name each, and boards for every node."""
    made = Subject(
        name="c",
        cib="<cib/>",
        nodes=nodes,
        votes=dict.fromkeys(nodes, 1),
        quorum=replace(QUORUM, expected_votes=len(nodes)),
        services=tuple(Service(name, (name,), nodes=nodes) for name in names),
        parts={name: Part(name, "ocf:pacemaker:Dummy", service=name) for name in names},
        detection_s=8,
        links=dict.fromkeys(nodes, (0, 1)),
        fences=tuple(Fence(f"ipmi-{node}", "fence_ipmilan", (node,), onboard=node) for node in nodes),
    )
    return replace(made, **more)


def down(service: str, cause: Cause = "", why: str = "it is gone", until: str = "somebody acts") -> Impact:
    return Impact(service, State.DOWN, None, ("n1",), (), why, until, cause=cause)


def twice(service: str, cause: Cause = "not-fenced") -> Impact:
    return Impact(service, State.TWO_COPIES, None, ("n1",), ("n2",), "nobody fences n1", "n1 is off", cause=cause)


def away(service: str, *path: Stretch) -> Impact:
    """Return an interruption that consists of the path."""
    return Impact(
        service, State.INTERRUPTED, Figure(path[-1].end_s, path[-1].basis), ("n1",), ("n2",), "it moves", path=path
    )


def away_s(service: str, seconds: float) -> Impact:
    return away(service, Stretch(0, seconds, "start", service, "n2", "default"))


def well(service: str) -> Impact:
    return Impact(service, State.UNAFFECTED)


def scenario(failures: str, *impacts: Impact, rate: Rate | None = None) -> Scenario:
    """Return the scenario of failures by their ids, joined by " then "."""
    return Scenario(
        id=failures,
        failures=tuple(failures.split(" then ")),
        words=failures.replace("-", " "),
        impacts=impacts,
        replay=f"crm_simulate {failures}",
        per_year=rate.per_year if rate else None,
        repair_s=rate.repair_s if rate else None,
    )


def exploration(*scenarios: Scenario, depth: int = 1, **more: Any) -> Exploration:
    services = tuple(dict.fromkeys(impact.service for one in scenarios for impact in one.impacts))
    made = Exploration(
        subject="c",
        nodes=("n1", "n2", "n3"),
        services=services,
        depth=depth,
        scheduler="by hand",
        scenarios=scenarios,
        total=len(scenarios),
    )
    return replace(made, **more)
