"""plan: look at every host and say what would change, before anything does, and what services would make of it.

A plan is made stage by stage from facts; nothing is changed. Later stages are predicted from the hosts as they are now:
what cannot be known before an earlier stage ran (a unit of a package that is not installed) is decided again at apply.
What was looked at, and in which state it was, is part of the plan: it says what is left alone, and for which state of
the cluster the plan is good (saved.py).
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from quorate.build.change import Change, Deed, Effect, Thing, heaviest
from quorate.build.consequences import Consequences, Fate
from quorate.build.drift import drift
from quorate.build.fates import ENDS, RELOADS
from quorate.build.foreseeing import foresee
from quorate.build.stages import STAGES, Stage
from quorate.build.step import Fleet, PlacedStates, everybody
from quorate.build.steps import cib, pacemaker, proof, storage
from quorate.build.want import Want
from quorate.errors import QuorateError
from quorate.findings import Finding, Severity
from quorate.machines.fleet import on_all
from quorate.machines.host import Host


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done, stage by stage (stages without changes are present and empty), and what was found.

    consequences: what that does to each service; None where nothing is done. states: all that was looked at, by host
    ("" for the cluster itself), and its state, as in step.py.
    """

    stages: tuple[tuple[str, tuple[Change, ...]], ...]
    findings: tuple[Finding, ...] = field(default=())
    consequences: Consequences | None = None
    states: PlacedStates = field(default_factory=lambda: MappingProxyType({}))

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

    @property
    def deeds(self) -> Mapping[tuple[str, Thing], Deed]:
        """What becomes of everything that was looked at, by host; "" is the cluster itself."""
        found = {place: Deed.UNTOUCHED for place, state in self.states.items() if state}
        for whole in (cib.EPOCH, cib.CONFIGURATION):
            found.pop(("", whole), None)
        for change in self.changes:
            for thing, deed in change.things:
                found[_host(change, thing), thing] = deed
        return found


def _host(change: Change, thing: Thing) -> str:
    """Return where a thing is that a change touches: the CIB is the cluster's, and a node is fenced by another."""
    if change.step == proof.TITLE:
        return thing.name
    return "" if change.step == cib.TITLE else change.host


@dataclass(frozen=True, slots=True)
class Survey:
    """What one stage saw and says. facts: of a cluster step, None for host steps."""

    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    states: PlacedStates
    facts: Any = None


async def survey(stage: Stage, fleet: Fleet, want: Want) -> Survey:
    """Look at one stage, and say what it found."""
    if step := stage.cluster_step:
        facts: Any = await step.look(fleet, want)
        things = getattr(step, "things", None)
        changes, findings = sorted_out(step.changes(facts, want))
        return Survey(tuple(changes), tuple(findings), things(facts, want) if things else {}, facts)

    async def one(host: Host) -> tuple[list[Change | Finding], dict[tuple[str, Thing], str]]:
        said: list[Change | Finding] = []
        states: dict[tuple[str, Thing], str] = {}
        steps = stage.witness_steps if want.is_witness(host.name) else stage.host_steps
        seen = await asyncio.gather(*(step.look(host, want) for step in steps))
        for step, facts in zip(steps, seen, strict=True):
            said += step.changes(facts, want, host.name)
            if things := getattr(step, "things", None):
                states |= {(host.name, thing): state for thing, state in things(facts, want, host.name).items()}
        return said, states

    answers = (await on_all(list(everybody(fleet, want).values()), one)).all()
    changes, findings = sorted_out(item for said, _ in answers.values() for item in said)
    states = {place: state for _, states in answers.values() for place, state in states.items()}
    return Survey(tuple(changes), tuple(findings), states)


async def look(stage: Stage, fleet: Fleet, want: Want) -> tuple[list[Change], list[Finding]]:
    """Look at one stage and return its changes and findings."""
    found = await survey(stage, fleet, want)
    return list(found.changes), list(found.findings)


def sorted_out(said: Iterable[Change | Finding]) -> tuple[list[Change], list[Finding]]:
    """Return changes and findings apart."""
    items = list(said)
    return [i for i in items if isinstance(i, Change)], [i for i in items if isinstance(i, Finding)]


def partial(stages: Iterable[Stage]) -> tuple[Stage, ...]:
    """Return the stages that can be looked at while nodes are missing: storage and fencing need all of them."""
    return tuple(stage for stage in stages if stage.cluster_step not in (storage, proof))


async def plan(
    fleet: Fleet,
    want: Want,
    stages: tuple[Stage, ...] = STAGES,
    unseen: Mapping[str, QuorateError] = MappingProxyType({}),
) -> Plan:
    """Look at everything, all stages at once, and return the plan in the order of the stages.

    unseen: nodes that could not be asked, and why; then the stages are `partial`, and the plan is not to be applied.
    """
    seen = await asyncio.gather(*(survey(stage, fleet, want) for stage in stages))
    made = Plan(
        tuple((stage.title, one.changes) for stage, one in zip(stages, seen, strict=True)),
        (*(not_seen(name, error) for name, error in unseen.items()), *(f for one in seen for f in one.findings)),
        states={place: state for one in seen for place, state in one.states.items()},
    )
    if not made.changes:
        return made
    made = replace(made, findings=(*made.findings, *await drift(fleet, made.changes, made.states)))
    facts = next((one.facts for one in seen if isinstance(one.facts, cib.Facts)), None)
    ran = any(any(one.facts.ran.values()) for one in seen if isinstance(one.facts, pacemaker.Facts))
    return with_consequences(made, await foresee(made.changes, facts, fleet, want, ran=ran))


def not_seen(name: str, error: QuorateError) -> Finding:
    """Return the error for a node that could not be looked at."""
    return Finding(
        "node-not-seen",
        Severity.ERROR,
        f"{name} could not be looked at: {error.message}",
        f"what would change on {name} is not known, nor are storage and the proof of fencing; nothing can be applied",
        error.hint or f"bring {name} back, then plan again",
        path=("nodes", name),
    )


def with_consequences(made: Plan, found: Consequences) -> Plan:
    """Return the plan with what it does to services; its changes then have the effects that are foretold of them.

    Writing the CIB has what Pacemaker makes of it; files that a server reads matter where it runs.
    """
    if found.unknown:
        return replace(made, consequences=found)
    runs = {one.service: one.before for one in found.services}

    def effective(change: Change) -> Change:
        if change.step == cib.TITLE:
            return replace(change, effect=effect_of(found))
        if change.reads and change.host not in runs.get(change.reads[0], ()):
            return replace(change, effect=Effect.NOTHING, reads=None)
        return change

    stages = tuple((title, tuple(map(effective, changes))) for title, changes in made.stages)
    made = replace(made, stages=stages)
    findings = (*made.findings, *settings_later(made.changes, found))
    return replace(made, findings=findings, consequences=reloaded(found, made.changes))


def reloaded(found: Consequences, changes: Iterable[Change]) -> Consequences:
    """Return the consequences with the services that take over a new file by a reload."""
    names = {change.reads[0] for change in changes if change.reads and change.effect is Effect.RELOAD}
    calm = (Fate.UNAFFECTED, Fate.RELOADED)
    services = tuple(
        replace(one, fate=Fate.RELOADED) if one.service in names and one.fate in calm else one for one in found.services
    )
    return replace(found, services=services)


def settings_later(changes: Iterable[Change], found: Consequences) -> Iterator[Finding]:
    """Yield a warning for each server that reads a new file only when it starts, and is not started by this plan."""
    started = {(act.resource, act.node) for act in found.acts if act.task == "start"}
    for change in changes:
        if change.reads and change.effect is Effect.RESTART and (change.reads[1], change.host) not in started:
            service, primitive = change.reads
            yield Finding(
                "needs-restart",
                Severity.WARNING,
                f"{service} on {change.host} goes on with the settings of before until {primitive} is restarted",
                f"to {change.words} is not enough: its server reads the file only when it starts",
                f"when it suits: crm_resource --restart --resource {primitive}",
                path=("services", service),
            )


def effect_of(found: Consequences) -> Effect:
    """Return what writing the CIB needs of resources, by what Pacemaker does about it."""
    tasks = {act.task for act in found.acts if not act.occasion}
    if tasks & ENDS:
        return Effect.RESTART
    if "start" in tasks:
        return Effect.START
    return Effect.RELOAD if tasks & RELOADS else Effect.NOTHING
