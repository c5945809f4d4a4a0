"""Scheduler: the protocol that both backends keep."""

from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from quorate.explore.scheduler.step import Step
from quorate.explore.scheduler.transition import Settled


class Scheduler(Protocol):
    """Answers what a cluster does. Made for one base CIB; a context manager, for it may hold a process and a folder.

    A state is named by the steps that lead to it from the base: whoever goes through all second failures after one
    first asks for (first, second), (first, third) ... and the state after the first is kept.
    """

    @property
    def name(self) -> str:
        """Which one it is, with the version of Pacemaker it asks: "crm_simulate 2.1.5"."""

    def settle(self, steps: Sequence[Step]) -> Settled:
        """Return what the last of the steps leads to, after those before it. At least one; the first may be QUIET.

        A Step's `failing` counts while it settles, and no longer. Bounded: a state that never comes to rest is
        returned as such. Unknown where the scheduler itself fails (it ends, it refuses the CIB).
        """

    def cib(self, steps: Sequence[Step]) -> str:
        """Return the CIB after these steps, as text; for () the base."""

    def __enter__(self) -> Self:
        """Start what it needs."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it; leave nothing behind."""
