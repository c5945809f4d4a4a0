"""The section `quorum`: votes and the quorum device (votequorum(5), corosync-qdevice(8)). Pure."""

from typing import Annotated, Any, Literal

from pydantic import Field

from quorate.describe.fields import Duration, Flag, Line, Name, Port
from quorate.describe.mismatch import wrong_type
from quorate.describe.reader import Reader, whole
from quorate.describe.sections.nodes import Ssh
from quorate.describe.sections.section import Section


class Device(Section):
    """A third vote on a host outside the cluster."""

    host: Line = Field(description="name or address of the host that runs corosync-qnetd")
    ssh: Ssh | None = Field(None, description="how to reach that host, where it differs from the nodes")
    port: Port | None = Field(None, description="TCP port of corosync-qnetd (default 5403)")
    algorithm: Literal["ffsplit", "lms"] | None = Field(
        None, description="who gets the device's vote (default ffsplit)"
    )
    tie_breaker: Name | None = Field(None, description="lowest (default), highest, or a node's name")
    votes: Annotated[int, whole(0, 100, "a number of votes")] | None = Field(
        None, description="votes (default: ffsplit 1, lms number of nodes - 1)"
    )
    tls: Literal["on", "off", "required"] | None = Field(None, description="encryption (default on)")
    timeout: Duration | None = Field(None, description="how long its answer is waited for (default 10s)")
    sync_timeout: Duration | None = Field(None, description="the same while membership changes (default 30s)")


def _tie_breaker(value: Any) -> str | bool | tuple[str, ...]:
    """Read false, true, lowest, highest, or a list of node names."""
    if isinstance(value, bool) or (isinstance(value, str) and value in {"lowest", "highest"}):
        return value
    if isinstance(value, list | tuple) and value and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise wrong_type("true, false, lowest, highest or a list of node names", value)


AutoTieBreaker = Annotated[
    bool | str | tuple[str, ...],
    Reader(
        _tie_breaker,
        {
            "anyOf": [
                {"type": "boolean"},
                {"enum": ["lowest", "highest"]},
                {"type": "array", "items": {"type": "string"}},
            ]
        },
    ),
]


class Quorum(Section):
    """Votes (votequorum(5))."""

    expected_votes: Annotated[int, whole(1, 10_000, "a number of votes")] | None = Field(
        None, description="default: the sum of all votes"
    )
    two_node: Flag | None = Field(None, description="one vote is enough (default: exactly two nodes, no device)")
    wait_for_all: Flag | None = Field(None, description="first start needs all nodes (default: same as two_node)")
    last_man_standing: Flag | None = Field(None, description="recompute expected votes after losses (default false)")
    last_man_standing_window: Duration | None = Field(None, description="how long after a loss (default 10s)")
    auto_tie_breaker: AutoTieBreaker | None = Field(None, description="which half survives an even split")
    device: Device | None = Field(None, description="a third vote on a host outside the cluster")
