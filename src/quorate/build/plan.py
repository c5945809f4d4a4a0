"""plan: look at every host and say what would change, before anything does.

A plan is made stage by stage from facts; nothing is changed. Later stages are predicted from the hosts as they are now:
what cannot be known before an earlier stage ran (a unit of a package that is not installed) is decided again at apply.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from quorate.build.change import Change, Effect, heaviest
from quorate.build.consequences import Consequences
from quorate.build.stages import STAGES, Stage
from quorate.build.step import Fleet, everybody
from quorate.build.want import Want
from quorate.findings import Finding, Severity
from quorate.machines.fleet import on_all
from quorate.machines.host import Host


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done, stage by stage (stages without changes are present and empty), and what was found.

    consequences: what that does to each service; None where nobody asked.
    """

    stages: tuple[tuple[str, tuple[Change, ...]], ...]
    findings: tuple[Finding, ...] = field(default=())
    consequences: Consequences | None = None

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes in order."""
        return tuple(change for _, changes in self.stages for change in changes)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that forbid applying this plan."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def effect(self) -> Effect:
        """The strongest effect of all changes."""
        return heaviest(self.changes)


async def look(stage: Stage, fleet: Fleet, want: Want) -> tuple[list[Change], list[Finding]]:
    """Look at one stage and return its changes and findings."""
    if stage.cluster_step:
        step = stage.cluster_step
        return sorted_out(step.changes(await step.look(fleet, want), want))

    async def one(host: Host) -> list[Change | Finding]:
        said: list[Change | Finding] = []
        for step in stage.witness_steps if want.is_witness(host.name) else stage.host_steps:
            facts: Any = await step.look(host, want)
            said += step.changes(facts, want, host.name)
        return said

    answers = (await on_all(list(everybody(fleet, want).values()), one)).all()
    return sorted_out(item for said in answers.values() for item in said)


def sorted_out(said: Iterable[Change | Finding]) -> tuple[list[Change], list[Finding]]:
    """Return changes and findings apart."""
    items = list(said)
    return [i for i in items if isinstance(i, Change)], [i for i in items if isinstance(i, Finding)]


async def plan(fleet: Fleet, want: Want, stages: tuple[Stage, ...] = STAGES) -> Plan:
    """Look at everything, all stages at once, and return the plan in the order of the stages."""
    seen = await asyncio.gather(*(look(stage, fleet, want) for stage in stages))
    made = tuple((stage.title, tuple(changes)) for stage, (changes, _) in zip(stages, seen, strict=True))
    return Plan(made, tuple(finding for _, findings in seen for finding in findings))
