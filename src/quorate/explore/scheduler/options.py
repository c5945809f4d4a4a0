"""Options of crm_simulate that inject what a Step tells. Pure."""

from collections.abc import Iterator

from quorate.explore.scheduler.step import Result, Step


def injected(step: Step) -> Iterator[str]:
    """Yield the options that inject a step's events, but for results."""
    for option, values in (
        ("node-up", step.returned),
        ("node-down", step.left),
        ("node-fail", step.lost),
        ("ticket-grant", step.granted),
        ("ticket-revoke", step.revoked),
    ):
        for value in values:
            yield f"--{option}={value}"


def spec(result: Result) -> str:
    """Return an operation's result as crm_simulate reads it."""
    return f"{result.resource}_{result.task}_{result.interval_ms}@{result.node}={result.rc}"
