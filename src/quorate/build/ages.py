"""ages: how long ago something was changed, and by whom, in words. Pure."""

from datetime import UTC, datetime

from quorate.observe.facts.cib_history import Since

STEPS = ((60, 1, "s"), (3600, 60, "min"), (2 * 86400, 3600, "h"), (float("inf"), 86400, "days"))


def ago(at_s: float, now_s: float) -> str:
    """Return "3 min ago (2026-11-27 20:11 UTC)"; both are seconds since 1970, by the same clock."""
    return f"{lasted(max(0.0, now_s - at_s))} ago ({datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M} UTC)"


def lasted(seconds: float) -> str:
    """Return "3 min", the largest unit that fits, rounded down."""
    return next(f"{seconds // unit_s:.0f} {name}" for below_s, unit_s, name in STEPS if seconds < below_s)


def told(since: Since | None, now_s: float) -> str:
    """Return when something came into the CIB, by whom and how: "3 min ago (...) by root with crm_resource on n1".

    "" where that is not known.
    """
    if since is None:
        return ""
    first = since.first
    if not since.exactly:
        return f"more than {ago(first.at_s, now_s)}"
    words = [ago(first.at_s, now_s)]
    words += [f"by {first.user}"] if first.user else []
    words += [f"with {first.client}"] if first.client else []
    words += [f"on {first.origin}"] if first.origin else []
    return " ".join(words)
