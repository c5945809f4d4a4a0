"""Step: what happens to a cluster at one moment, in the scheduler's own terms. Pure.

In: names of nodes and resources that exist (Pacemaker ignores or aborts on others; whoever makes a Step has checked
them). The order in which Pacemaker applies what comes at one moment is fixed: quorum, returned, left, lost, results.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Result:
    """How an operation ended, or will end whenever it is tried: an OCF return code (0 ok, 1 error, 7 not running).

    resource: the primitive's id as configured, without an instance number. task: start, stop, monitor, promote ...
    """

    resource: str
    task: str
    interval_ms: int
    node: str
    rc: int


@dataclass(frozen=True, slots=True)
class Step:
    """What happens at one moment; then Pacemaker acts until it has nothing left to do.

    lost: nodes that fell silent and have to be fenced. left: nodes that left in order. returned: nodes that joined
    again, with nothing running. quorum: whether the partition has it from now on; None leaves it as it was.
    standby: (node, on). results: operations that ended, each once (a monitor that found its resource failed).
    failing: operations that end like this whenever they are tried, in this step. unfenceable: nodes whose fencing
    fails: they stay unclean, and what waits for it does not happen. scores: (node, attribute, value) of transient node
    attributes, such as promotion scores; value "" removes it. granted, revoked: tickets.
    """

    lost: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    quorum: bool | None = None
    standby: tuple[tuple[str, bool], ...] = ()
    results: tuple[Result, ...] = ()
    failing: tuple[Result, ...] = ()
    unfenceable: tuple[str, ...] = ()
    scores: tuple[tuple[str, str, str], ...] = ()
    granted: tuple[str, ...] = ()
    revoked: tuple[str, ...] = ()


QUIET = Step()
"""Nothing happens: Pacemaker brings what it finds to rest. The first step of every exploration."""
