"""saying: findings on what a running Corosync needs and cannot or must not get now. Pure."""

from collections.abc import Iterable, Iterator

from quorate.build.restarts.way import Needs
from quorate.findings import Finding, Severity


def against(found: Needs, obstacles: tuple[str, ...]) -> Iterator[Finding]:
    """Yield an error for what is needed and cannot be had. obstacles: why nothing must be restarted now, sentences."""
    if found.apart:
        yield Finding(
            "too-much-at-once",
            Severity.ERROR,
            f"Corosync takes {some(found.apart)} over by a restart of each node, and the new list of nodes by a reload",
            "a node that is restarted would find nodes in its file that the others do not know yet",
            "change the nodes or links first and apply; then the rest, and apply again",
            path=("corosync",),
        )
    if (found.together or found.rolling) and obstacles:
        yield forbidden(found, obstacles)


def forbidden(found: Needs, obstacles: tuple[str, ...]) -> Finding:
    """Return the error for a restart that is needed and must not be made now."""
    options = sorted({option for options in found.rolling.values() for option in options})
    keys, how = (found.together, "on all nodes at once") if found.together else (options, "on one node after the other")
    return Finding(
        "restart-unsafe",
        Severity.ERROR,
        f"Corosync reads {some(keys)} only when it starts, and must not be restarted {how} now: {'; '.join(obstacles)}",
        "a restart that goes wrong in this state would interrupt services",
        "mend that first, then apply again; or keep the old value in the file",
        path=("corosync",) if found.together else ("quorum",),
    )


def lasting(found: Needs) -> Iterator[Finding]:
    """Yield a remark on options that stay as they are until Corosync starts again."""
    for option in sorted({name for names in found.lasting.values() for name in names}):
        names = [name for name, options in found.lasting.items() if option in options]
        yield Finding(
            "takes-effect-at-restart",
            Severity.INFO,
            f"{', '.join(names)}: Corosync still runs with {option}, unlike the file",
            f"Corosync 3.1 reads {option} only when it starts; that it is on does no harm: nothing is restarted for it",
            "nothing to do: it ends with the next restart of each node",
            path=("quorum", option),
        )


def some(keys: Iterable[str]) -> str:
    """Return the first of some keys, in words."""
    listed = list(keys)
    return f"{', '.join(listed[:4])}{' ...' if len(listed) > 4 else ''}"
