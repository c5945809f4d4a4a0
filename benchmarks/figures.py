"""What a benchmark brings back: every sample of every contender, and what they are compared with."""

import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Ratio:
    """median(this) / median(to), and the most it may be."""

    this: str
    to: str
    most: float | None = None


@dataclass(frozen=True)
class Limit:
    """The most that the median of `this` may be, in the samples' unit."""

    this: str
    most: float


@dataclass
class Figures:
    """samples: contender -> values in `unit`, in the order they were taken. versions: what was measured."""

    question: str
    unit: str
    samples: dict[str, list[float]] = field(default_factory=dict)
    ratios: list[Ratio] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, contender: str, value: float) -> None:
        """Keep one sample."""
        self.samples.setdefault(contender, []).append(round(value, 4))


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def timed(argv: Sequence[str]) -> float:
    """Run a command to its end, its output thrown away; return the seconds it took."""
    started = time.perf_counter()
    subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - started


def show(figures: Figures) -> str:
    """Return the figures as text."""
    width = max(map(len, figures.samples))
    lines = [figures.question, ""]
    for name, values in figures.samples.items():
        spread = f"{min(values):8.2f} {median(values):8.2f} {max(values):8.2f} {figures.unit}"
        lines.append(f"  {name:{width}}  min/med/max {spread}  n={len(values)}")
    for ratio in figures.ratios:
        value = median(figures.samples[ratio.this]) / median(figures.samples[ratio.to])
        bound = f"  (at most {ratio.most}: {'held' if value <= ratio.most else 'MISSED'})" if ratio.most else ""
        lines.append(f"  {ratio.this} / {ratio.to} = {value:.2f}{bound}")
    for limit in figures.limits:
        value = median(figures.samples[limit.this])
        lines.append(
            f"  {limit.this} at most {limit.most} {figures.unit}: {'held' if value <= limit.most else 'MISSED'}"
        )
    return "\n".join(lines + [f"  note: {note}" for note in figures.notes])


def write(figures: Figures, path: Path) -> None:
    """Keep the figures with all samples, the machine and the date."""
    machine = {"processors": os.cpu_count(), "kernel": platform.release(), "python": platform.python_version()}
    stamp = time.strftime("%Y-%m-%d")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"date": stamp, "machine": machine, **asdict(figures)}, indent=1) + "\n")
