"""What a lab is, as its state on disk says it: whether a file's lab is the one that is up, or could become it.

In: what a cluster file asks of a lab. Out: lab.json's content; why a lab that is up cannot have it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from quorate.lab import growing, image, standing, user_mode_linux
from quorate.lab.kind import Kind
from quorate.lab.plan import LabPlan
from quorate.lab.storage import Storage


@dataclass(frozen=True, slots=True)
class Identity:
    """All that a cluster file asks of its lab. root: where all labs are; packages: Debian's, beyond the usual ones."""

    plan: LabPlan
    kind: Kind
    packages: tuple[str, ...]
    storage: Storage
    root: Path

    @property
    def digest(self) -> str:
        """A digest of all of it: another one is another lab."""
        text = repr((asdict(self.plan) | {"findings": ()}, self.packages, self.kind, self.storage))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def image(self) -> str:
        """The digest of the image that its nodes have."""
        linux = user_mode_linux.here(self.root) if self.kind == "kernel" else None
        return image.digest(self.packages, linux)

    def state(self, phase: str, known: Mapping[str, Any]) -> dict[str, Any]:
        """Return the state to write down. known: what stood in it."""
        given = standing.of_plan(self.plan, standing.of_state(known))
        return {
            "name": self.plan.name,
            "phase": phase,
            "digest": self.digest,
            "kind": self.kind,
            "image": self.image,
            "nodes": given["machines"],
            "standing": given,
            "fixed": known.get("fixed", {}) | growing.fixed(self.plan),
        }

    def misfit(self, known: Mapping[str, Any]) -> str:
        """Return in words why a lab in that state cannot grow into this one, "" where it may."""
        if known.get("kind", "container") != self.kind:
            return f"with {known.get('kind')} nodes"
        if known["image"] != self.image:
            return "but with other packages than the file has now"
        if "fixed" not in known:
            return "but made by an earlier version of quorate, for another version of the file"
        return ""
