"""outcome_json: an Outcome as plain values, for run.json. Pure."""

from dataclasses import asdict
from enum import Enum
from typing import Any

from quorate.drill.foretold import Foretold
from quorate.drill.outcome import Client, Outcome

SCHEMA = "quorate.drill/1"


def to_json(outcome: Outcome) -> dict[str, Any]:
    """Return plain values for json.dumps. Moments are seconds after the fault; attempts stay in their own files."""
    clients = [_client_json(outcome, client) for client in outcome.clients]
    value = {
        "schema": SCHEMA,
        "verdict": outcome.verdict,
        "started": outcome.started.isoformat(timespec="milliseconds"),
        "outage_s": outcome.client.judgement.outage_s,
        "watched_s": round(outcome.end_s, 3),
        "about": outcome.about.to_json(),
        "clients": clients,
        "beside": [_client_json(outcome, client) for client in outcome.beside],
        "phases": [{**asdict(segment), "seconds": segment.seconds} for segment in outcome.segments],
        "milestones": [asdict(milestone) for milestone in outcome.phases.milestones],
        "fencing": [asdict(event) for event in outcome.fencing],
        "serving": {**asdict(outcome.serving), "failed_back": outcome.serving.failed_back},
        "places": _places_json(outcome),
        "foretold": foretold_json(outcome.foretold) if outcome.foretold else None,
        "flags": [asdict(flag) for flag in outcome.flags],
        "notes": list(outcome.notes),
    }
    found: dict[str, Any] = plain(value)
    return found


def foretold_json(foretold: Foretold) -> dict[str, Any]:
    """Return what explore had predicted, how it fared, and the finding where it was wrong."""
    finding = foretold.finding
    return {
        "agreement": foretold.agreement,
        "reason": foretold.reason,
        "predicted_s": foretold.predicted_s,
        "measured_s": foretold.measured_s,
        "margin_s": foretold.margin_s,
        "error": foretold.error,
        "is_busy": foretold.is_busy,
        "steps": [asdict(row) for row in foretold.rows],
        "finding": asdict(finding) if finding else None,
        "prediction": foretold.prediction.to_json(),
    }


def _places_json(outcome: Outcome) -> dict[str, Any] | None:
    found = outcome.places
    if found is None:
        return None
    return {
        "verdict": found.verdict,
        "reason": found.reason,
        "twice": [
            {**asdict(one.marker), "nodes": one.nodes, "from_s": outcome.seconds(one.from_ns), "seconds": one.seconds}
            for one in found.twice
        ],
        "held": [
            {
                "node": one.node,
                **asdict(one.marker),
                "from_s": outcome.seconds(one.from_ns),
                "to_s": outcome.seconds(one.to_ns),
            }
            for one in found.spans
        ],
        "unobserved": [
            {
                "node": one.node,
                "from_s": outcome.seconds(one.from_ns),
                "to_s": outcome.seconds(one.to_ns) if one.to_ns else None,
            }
            for one in found.silences
        ],
        "left_out": [asdict(one) for one in found.left_out],
        "clocks_apart_s": found.apart_s,
        "cpu_share": found.cpu_share,
    }


def _client_json(outcome: Outcome, client: Client) -> dict[str, Any]:
    trace, judgement = client.trace, client.judgement
    gap = judgement.outage
    first = judgement.first_failure_ns
    return {
        "name": trace.name,
        "service": client.service,
        "is_timed": client.is_timed,
        "probe": trace.probe,
        "target": trace.target,
        "every_ms": trace.every_ms,
        "timeout_ms": trace.timeout_ms,
        "in_flight_max": trace.in_flight_max,
        "cpu_s": trace.cpu_s,
        "verdict": client.verdict,
        "reason": client.reason,
        "writes": asdict(client.writes) if client.writes else None,
        "outage_s": judgement.outage_s,
        "outage_from_s": outcome.seconds(gap.start_ns) if gap else None,
        "outage_is_open": gap.is_open if gap else None,
        "uncertainty_s": judgement.uncertainty_s,
        "barred_s": judgement.barred_s,
        "resolution_s": judgement.resolution_s,
        "failing_s": judgement.failing_s,
        "baseline_s": judgement.baseline_s,
        "first_failure_s": outcome.seconds(first) if first is not None else None,
        "attempts": judgement.attempts,
        "failed": judgement.failed,
        "stalls": judgement.stalls,
        "predicted_s": client.foretold.predicted_s if client.foretold else None,
        "prediction": client.foretold.agreement if client.foretold else None,
        "foretold": client.foretold.reason if client.foretold else "",
    }


def plain(value: Any) -> Any:
    """Round floats to the microsecond and turn enumerations and mappings to what json knows."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
