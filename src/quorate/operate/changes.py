"""changes: what is under way, or was begun and never ended, by what the nodes have kept. Pure."""

from collections.abc import Iterable, Iterator

from quorate.build.history import merged
from quorate.findings import Finding, Severity
from quorate.operate.view import View


def problems(views: Iterable[View]) -> Iterator[Finding]:
    """Yield a remark on a change under way, or a warning of one whose maker ended before it was done."""
    views = list(views)
    records = merged(view.records for view in views)
    last = records[-1] if records else None
    if who := next((view.changing for view in views if view.changing), None):
        yield Finding(
            "change-under-way",
            Severity.INFO,
            f"{who} is changing this cluster",
            "what is seen here may be of the moment",
            "wait until they are done",
        )
    elif last and last.is_unfinished:
        yield Finding(
            "change-unfinished",
            Severity.WARNING,
            f"change {last.id} by {last.who} was begun and not ended (at: {last.stage or 'its beginning'})",
            "whoever made it was killed or lost its connection: it may be done by half",
            "quorate apply FILE goes on with it; quorate rollback FILE goes back to what was before",
        )
