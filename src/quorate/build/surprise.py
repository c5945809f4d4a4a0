"""surprise: what would happen now that nobody was told when the plan was made. Values only, pure.

Between the plan and the writing of the CIB a node may have been lost, or a resource have failed: the same configuration
then does something else.
"""

from collections.abc import Collection, Iterator

from quorate.build.consequences import Consequences, Fate

FENCE = "fence"


def worse(told: Consequences, now: Consequences, allowed_s: float | None = None) -> list[str]:
    """Return in words which services would stop, and which nodes be fenced, though the plan did not say so.

    allowed_s: how long a service may be interrupted, None for any time; what would be for longer, and that nobody can
    say any more how long, is told then, too.
    """
    stopping = {one.service for one in told.services if one.fate is Fate.STOPPED}
    said = [
        f"{one.service} would stop, and not come back"
        for one in now.services
        if one.fate is Fate.STOPPED and one.service not in stopping
    ]
    said += [f"{node} would be fenced" for node in sorted(fenced(now) - fenced(told))]
    return said if allowed_s is None else [*said, *too_long(now, allowed_s)]


def waiting(told: Consequences, now: Consequences, members: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the services that would stop until the only nodes join on which they are to run, with those nodes.

    The configuration is written before they join (steps/cib_ahead.py); the plan tells of the end alone.
    """
    meant = {one.service: one.after for one in told.services if one.fate is not Fate.STOPPED}
    stopping = (one.service for one in now.services if one.fate is Fate.STOPPED)
    return {name: meant[name] for name in stopping if meant.get(name) and not {*meant[name]} & {*members}}


def too_long(now: Consequences, allowed_s: float) -> Iterator[str]:
    """Yield in words which services would be interrupted for longer than is allowed, or that it cannot be said."""
    if now.unknown:
        yield f"it cannot be said whether a service would be interrupted for longer than {allowed_s:g} s: {now.unknown}"
    for one in now.longer_than(allowed_s):
        if one.fate is not Fate.STOPPED:  # told by `worse`
            yield f"{one.service} would be interrupted for longer than {allowed_s:g} s"


def fenced(found: Consequences) -> set[str]:
    """Return the nodes that Pacemaker would fence."""
    return {act.node or act.resource for act in found.acts if act.task == FENCE}
