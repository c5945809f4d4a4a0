"""rollback: back to the configuration before a change. A change itself: planned, shown, recorded, as a whole.

    1. take the lock on every node; read what the change's record has kept
    2. plan: files, corosync.conf where that is a reload, the CIB, what failed meanwhile and is tried again; and what
       services make of it, by the scheduler
    3. show the plan to whoever has to agree
    4. go through it as apply does: a rollback that does not work is taken back as well

It goes back over everything since then, whoever did it. It does not bring back: packages, keys and secrets (files of
services get those of now), data, what needs a restart of Corosync, and the cluster file, which is the operator's own.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from quorate.build import history, lock, returning
from quorate.build.apply import Applied, refuse, through
from quorate.build.baseline import running as running_now
from quorate.build.change import Change
from quorate.build.consequences import Consequences
from quorate.build.foreseeing import ask, forgotten
from quorate.build.foretelling import Course
from quorate.build.history import Origin
from quorate.build.in_hand import begin
from quorate.build.kept import Kept, KeptFile
from quorate.build.plan import Plan, survey, with_consequences
from quorate.build.putting_back import Configuration, Files, Membership, Services
from quorate.build.restoring import configuration_of, primitives
from quorate.build.retrying import Retry
from quorate.build.stages import CONFIGURATION, SERVICES, Stage
from quorate.build.step import Fleet, Note
from quorate.build.steps import cib, retried
from quorate.build.want import Want
from quorate.errors import UsageError
from quorate.machines.host import Host
from quorate.observe.facts.change_records import ChangeRecord
from quorate.observe.facts.cib import parse_xml


async def rollback(
    fleet: Fleet,
    want: Want,
    note: Note,
    agree: Callable[[ChangeRecord, Plan], None],
    *,
    id_: str | None,
    by: Origin,
    go_back: bool = True,
) -> Applied:
    """Go back to what was before a change; id_: None for the last. Raises errors of errors.py, each with a hint.

    agree: is shown the change and the plan before anything is done; raises Refused to end it there.
    """
    hosts = list(fleet.values())
    async with lock.held(fleet, f"rollback {want.cluster.name}"):
        # A change of no file and no configuration, as a recovery is, has nothing to go back over.
        records = [one for one in await history.read(hosts) if one.changes]
        record = history.chosen(records, id_) if id_ else last(records)
        was = await before(hosts, records, record.id)
        chosen = await stages(fleet, was, record.id)
        made = await planned(fleet, want, chosen, was)
        refuse(made)
        agree(record, made)
        hand = await begin(fleet, want, made, note, what=f"rollback of {record.id}", by=by, goes_on=False)
        return await hand.to_the_end(lambda: through(chosen, made, hand), go_back=go_back)


def last(records: Sequence[ChangeRecord]) -> ChangeRecord:
    """Return the change that is gone back over unless another is named: the last whose effect is still there."""
    found = next((record for record in reversed(records) if record.state != "returned"), None)
    if found is None:
        raise UsageError("there is no change to roll back", "`quorate history FILE` lists what is recorded")
    return found


async def before(hosts: Sequence[Host], records: Sequence[ChangeRecord], id_: str) -> Kept:
    """Return what was before a change: its configuration, and every file that it or a later one has written."""
    kept = [await history.read_kept(hosts, record.id) for record in records if record.id >= id_]
    files: dict[str, dict[str, KeptFile]] = {}
    for one in reversed(kept):
        for node, found in one.files.items():
            files.setdefault(node, {}).update(found)
    return replace(kept[0], files=files)


async def stages(fleet: Fleet, was: Kept, id_: str) -> tuple[Stage, ...]:
    """Return the stages of a rollback."""
    seen = await returning.status(fleet)
    idle = primitives(was.configuration) & set(await live_primitives(fleet)) - (running_now(seen) if seen else set())
    return (
        Stage("hosts", host_steps=(Files(was),)),
        Stage("membership", cluster_step=Membership(was)),
        Stage(CONFIGURATION, cluster_step=Configuration(was, id_)),
        Stage(retried.TITLE, cluster_step=Retry(was)),
        Stage(SERVICES, cluster_step=Services(was, frozenset(idle))),
    )


async def live_primitives(fleet: Fleet) -> set[str]:
    """Return the primitives of the live configuration."""
    _, now = await returning.live(fleet)
    return primitives(configuration_of(now.root))


async def planned(fleet: Fleet, want: Want, chosen: Sequence[Stage], was: Kept) -> Plan:
    """Return the plan, with what services make of it."""
    seen = [await survey(stage, fleet, want) for stage in chosen]
    made = Plan(
        tuple((stage.title, one.changes) for stage, one in zip(chosen, seen, strict=True)),
        tuple(finding for one in seen for finding in one.findings),
    )
    facts = next(one.facts for one in seen if isinstance(one.facts, cib.Facts))
    if not made.changes or made.errors or facts.live is None:
        return made
    return with_consequences(made, await foreseen(facts.live.xml, Configuration(was, ""), made.changes, fleet, want))


async def foreseen(live: str, step: Configuration, changes: Sequence[Change], fleet: Fleet, want: Want) -> Consequences:
    """Return what Pacemaker makes of the configuration of before."""
    configuration = step.target(parse_xml(live)).find("configuration")
    assert configuration is not None
    course = Course(live=live, configuration=configuration, forgotten=forgotten(changes))
    return await ask(course, fleet, want)
