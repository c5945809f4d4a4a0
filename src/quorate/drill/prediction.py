"""Prediction: what explore says that a fault will do, as it is written down before the fault. Pure.

prediction.json in a run's folder is one of these. It holds no CIB, for that has secrets.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_args

from quorate.drill.record import amount, words
from quorate.explore.result import Basis, Cause, Figure, Impact, State, Stretch

SCHEMA = "quorate.prediction/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What explore says, or why it says nothing.

    failures: the ids of what it took the fault for, in the order in which they come. words: the same as sentences
    without their ends. missing: why there is no impact, in a sentence; "" where there is one. impact: on the service
    that clients ask. chance_s: by how much the interruption may be shorter or longer than it says, by the moment at
    which a monitor comes. approximate: what is not exact, "" where all is. scheduler: who was asked. took_s: to ask.
    """

    failures: tuple[str, ...] = ()
    words: str = ""
    missing: str = ""
    impact: Impact | None = None
    chance_s: float = 0.0
    approximate: str = ""
    scheduler: str = ""
    took_s: float = 0.0

    @property
    def line(self) -> str:
        """What is said of it before the fault: a sentence."""
        return said(self.impact) if self.impact else self.missing

    def to_json(self) -> dict[str, Any]:
        """Return plain values for json.dumps; `parse` reads them back."""
        value = {key: getattr(self, key) for key in self.__dataclass_fields__}
        impact = asdict(self.impact) if self.impact else None
        return {"schema": SCHEMA, **value, "failures": list(self.failures), "impact": impact}

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> "Prediction":
        """Read prediction.json; KeyError, TypeError, ValueError or AttributeError if it is none."""
        impact = None if value["impact"] is None else _impact(value["impact"])
        missing = words(value["missing"])
        if impact is None and not missing:
            raise ValueError("it foretells nothing, and does not say why")
        return cls(
            failures=tuple(map(words, value["failures"])),
            words=words(value["words"]),
            missing=missing,
            impact=impact,
            chance_s=amount(value.get("chance_s", 0)),
            approximate=words(value.get("approximate", "")),
            scheduler=words(value.get("scheduler", "")),
            took_s=amount(value.get("took_s", 0)),
        )


def _impact(value: Mapping[str, Any]) -> Impact:
    found = value["interruption"]
    return Impact(
        service=words(value["service"]),
        state=State(value["state"]),
        interruption=None if found is None else Figure(amount(found["seconds"]), _basis(found["basis"])),
        before=tuple(map(words, value["before"])),
        after=tuple(map(words, value["after"])),
        why=words(value.get("why", "")),
        until=words(value.get("until", "")),
        redundancy_gone=bool(value.get("redundancy_gone", False)),
        path=tuple(map(_stretch, value.get("path", ()))),
        cause=_cause(value.get("cause", "")),
        through=words(value.get("through", "")),
    )


def _stretch(value: Mapping[str, Any]) -> Stretch:
    return Stretch(
        amount(value["begin_s"]),
        amount(value["end_s"]),
        words(value["action"]),
        words(value["subject"]),
        words(value["node"]),
        _basis(value["basis"]),
    )


def _basis(value: Any) -> Basis:
    found: Basis = _one_of(get_args(Basis), value)
    return found


def _cause(value: Any) -> Cause:
    found: Cause = _one_of(get_args(Cause), value)
    return found


def _one_of(known: tuple[Any, ...], value: Any) -> Any:
    if value not in known:
        raise ValueError(f"{value} is none of {', '.join(known)}")
    return value


def said(impact: Impact) -> str:
    """Return what explore said, in a sentence."""
    match impact.state:
        case State.TWO_COPIES:
            return "Explore foretold a risk of two copies."
        case State.DOWN:
            return f"Explore foretold that it is down{f' until {impact.until}' if impact.until else ''}."
        case State.INTERRUPTED if impact.interruption:
            most = "at most " if impact.interruption.basis == "bound" else ""
            then = f", then on {' and '.join(impact.after)}" if impact.after else ""
            return f"Explore foretold {most}{impact.interruption.seconds:.2f} s{then}."
        case _:
            return "Explore foretold no interruption."
