"""putting_back: the steps of a rollback, as those of apply are (step.py): what was before a change is what is wanted.

files       contents that the change's record has kept; what was not there before is left
membership  Corosync reloads a corosync.conf that came back; refused where it would have to be restarted
CIB         the configuration of before, written as apply does
services    all that runs under that configuration
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from quorate.build import owed
from quorate.build.baseline import running as running_now
from quorate.build.change import Change, Deed, Effect, Run, Thing, WriteFile, difference
from quorate.build.cib_parts import deeds, parts
from quorate.build.kept import Kept, KeptFile
from quorate.build.making_way import is_halfway
from quorate.build.restarts import marks
from quorate.build.restarts.way import differing
from quorate.build.restoring import held_by_hand, primitives, restored
from quorate.build.step import Fleet, Note, answer
from quorate.build.steps import cib, corosync_conf, membership, running, service_files
from quorate.build.want import Want
from quorate.catalog.made import FOLDER, put_in
from quorate.dialect.corosync.cmap import cmap_of
from quorate.dialect.corosync.reloading import Taken
from quorate.errors import CommandFailed
from quorate.findings import Finding, Severity
from quorate.machines.host import Host, command
from quorate.machines.waiting import NotYet, until
from quorate.observe.facts import corosync_runtime, made_secrets
from quorate.observe.gathering import gather

RELOAD_S = 60


@dataclass(frozen=True, slots=True)
class Lying:
    """What lies on a host: the contents of files by path, None where there is none; the made secrets by name."""

    contents: Mapping[str, bytes | None]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Files:
    """The files of before, a host step."""

    was: Kept
    TITLE: str = "files"

    def wanted(self, name: str) -> Mapping[str, KeptFile]:
        """Return the files that a node had."""
        return self.was.files.get(name, {})

    async def look(self, host: Host, want: Want) -> Lying:  # noqa: ARG002
        """Return what is in those files now."""
        contents = {path: await host.get(path) for path in self.wanted(host.name)}
        if not any(file.names for file in self.wanted(host.name).values()):
            return Lying(contents)
        return Lying(contents, {name: one.value for name, one in (await gather(host, made_secrets)).items()})

    def changes(self, facts: Lying, want: Want, name: str) -> Iterator[Change | Finding]:  # noqa: ARG002
        """Yield a change for each file that had another content."""
        for path, file in self.wanted(name).items():
            now = facts.contents[path]
            if file.content is None:
                if now is not None:
                    yield left(path, name)
                continue
            if lacking := file.names - {name for name, value in facts.secrets.items() if value}:
                yield not_put_back(path, name, lacking)
                continue
            content = put_in(file.content, facts.secrets)
            if content == now:
                continue
            write = WriteFile(path, content, file.mode, file.owner, file.group)
            if file.names:
                write = replace(write, secret=True, marked=file.content)
            is_conf = path == corosync_conf.PATH
            yield Change(
                name,
                corosync_conf.TITLE if is_conf else service_files.TITLE,
                f"put {path} back",
                (*(tested(content) if is_conf else ()), *owed.writing(write, file.then, file.reader)),
                difference=difference(path, now, content) if is_conf else "",
                things=((Thing("file", path), Deed.CHANGED),),
            )


def left(path: str, name: str) -> Finding:
    """Return the remark on a file that was not there before."""
    return Finding(
        "file-stays",
        Severity.INFO,
        f"{path} on {name} was not there before, and is left",
        "the resources that use it are gone with the configuration; the file alone does nothing",
        "remove it by hand, if it is not wanted",
    )


def not_put_back(path: str, name: str, lacking: Collection[str]) -> Finding:
    """Return the warning for a file in which a secret stood that is no longer on the node."""
    return Finding(
        "file-not-put-back",
        Severity.WARNING,
        f"{path} on {name} is not put back: the secret {', '.join(sorted(lacking))} is not there any more",
        "files are kept without the secrets in them, and get those that are on the node",
        f"put the secret into {FOLDER} on {name}, or look at what `quorate apply` makes of the file",
        path=("nodes", name),
    )


def tested(content: bytes) -> tuple[WriteFile | Run, ...]:
    """Return what has the host's own Corosync test a corosync.conf before it takes the place of the other."""
    trial = corosync_conf.trial(content.decode(errors="replace"))
    return WriteFile(corosync_conf.TRIAL, trial, mode=0o600), Run(corosync_conf.TEST_OF_THE_NEW_FILE)


@dataclass(frozen=True, slots=True)
class Membership:
    """Corosync with its configuration of before, a cluster step."""

    was: Kept
    TITLE: str = membership.TITLE

    def wanted(self, name: str) -> Mapping[str, str]:
        """Return the keys that Corosync is to run with on a node; none where its file was not changed."""
        file = self.was.files.get(name, {}).get(corosync_conf.PATH)
        return cmap_of(file.content.decode(errors="replace")) if file and file.content else {}

    async def look(self, fleet: Fleet, want: Want) -> Mapping[str, Mapping[str, Taken]]:  # noqa: ARG002
        """Return what runs with another value, and how it is taken over, by node; of those where Corosync runs."""
        names = [name for name in fleet if self.wanted(name)]
        asked = await asyncio.gather(*(answer(gather(fleet[name], corosync_runtime)) for name in names))
        seen = {name: runtime.values for name, runtime in zip(names, asked, strict=True) if runtime}
        return {name: keys for name, one in seen.items() if (keys := differing(one, self.wanted(name)))}

    def changes(self, facts: Mapping[str, Mapping[str, Taken]], want: Want) -> Iterator[Change | Finding]:  # noqa: ARG002
        """Yield one reload; an error where a reload is not enough, or would change who is a node."""
        keys = {key: taken for keys in facts.values() for key, taken in sorted(keys.items())}
        if not keys:
            return
        hard = [key for key, taken in keys.items() if taken is not Taken.RELOAD or key.endswith((".nodeid", ".name"))]
        if hard:
            yield Finding(
                "not-rolled-back",
                Severity.ERROR,
                f"Corosync had other {', '.join(hard)} before, and a reload does not bring that back",
                "it reads them only when it starts, and a node that comes or goes is more than a file",
                "change the cluster file and apply it: that says how to get there",
                path=("corosync",),
            )
            return
        words = f"reload corosync on all nodes ({', '.join([*keys][:4])}{' ...' if len(keys) > 4 else ''})"
        yield Change(next(iter(facts)), self.TITLE, words, (Run(command("corosync-cfgtool", "-R")),), Effect.RELOAD)

    async def settled(self, fleet: Fleet, want: Want, note: Note) -> None:
        """Return when every node runs with what it had."""

        async def taken() -> bool | None:
            left = await self.look(fleet, want)
            if left:
                raise NotYet("; ".join(f"{name}: {', '.join(keys)}" for name, keys in left.items()))
            return True

        await until("corosync runs as before on every node", taken, timeout_s=RELOAD_S)
        note("corosync runs with what is in its file")


@dataclass(frozen=True, slots=True)
class Configuration:
    """The CIB with its configuration of before, a cluster step."""

    was: Kept
    id: str
    TITLE: str = cib.TITLE

    async def look(self, fleet: Fleet, want: Want) -> cib.Facts:
        """Read the live CIB."""
        return await cib.look(fleet, want)

    def target(self, live: etree._Element) -> etree._Element:
        """Return the CIB to write; that somebody stopped something by hand stays."""
        return restored(live, self.was.configuration, keep_run_state=True)

    def changes(self, facts: cib.Facts, want: Want) -> Iterator[Change | Finding]:
        """Yield one change that writes everything; a remark for what was stopped by hand since."""
        if facts.live is None or not primitives(self.was.configuration):
            there = primitives(self.was.configuration)
            yield no_way(self.id, "no node can tell the CIB" if there else "the cluster had no services yet")
            return
        if is_halfway(self.was.configuration):
            yield no_way(self.id, "a change of the entrance had been broken off, and what makes way was stopped")
            return
        live = facts.live.root
        if marks.read(live).is_any:
            yield interrupted()
            return
        new = self.target(live)
        for words in held_by_hand(live, self.was.configuration):
            yield Finding(
                "held-by-hand",
                Severity.INFO,
                f"{words} stays as it is: it was not so before, and may have been set by hand",
                "a rollback must not start what somebody stopped on purpose",
                "if it is not wanted: crm_resource --resource ID --meta --delete-parameter NAME; what is the whole "
                "cluster's: crm_attribute --type crm_config --name NAME --delete",
            )
        old, now = cib.text(live), cib.text(new)
        if old == now:
            return
        etree.indent(new)
        yield Change(
            facts.node,
            self.TITLE,
            f"write the CIB as it was before {self.id}",
            cib.in_turn(facts.live, new, want, verify=False),
            cib.effect(live, new),
            difference("CIB", cib.text(cib.masked(live)).encode(), cib.text(cib.masked(new)).encode()),
            tuple(deeds(parts(live), parts(new))),
        )

    async def settled(self, fleet: Fleet, want: Want, note: Note) -> None:
        """Return when the live configuration is that of before."""
        found = [one for one in self.changes(await self.look(fleet, want), want) if isinstance(one, Change)]
        if found:
            raise CommandFailed("the CIB is not what was written", "somebody else changes it; see `quorate history`")
        note("CIB accepted")


def no_way(id_: str, why: str) -> Finding:
    """Return the error for a change that cannot be rolled back."""
    return Finding(
        "not-rolled-back",
        Severity.ERROR,
        f"there is nothing to go back to before {id_}: {why}",
        "a rollback writes the configuration that was kept when the change began",
        "choose another change: `quorate history FILE`",
    )


def interrupted() -> Finding:
    """Return the error for a cluster in which a restart of daemons has not come to its end."""
    return Finding(
        "not-rolled-back",
        Severity.ERROR,
        "an apply was interrupted while it restarted daemons: the cluster or a node is still set aside for that",
        "Corosync or Pacemaker may be stopped on some nodes; only apply proves that they run before it ends that",
        "run `quorate apply FILE` first, then roll back",
    )


@dataclass(frozen=True, slots=True)
class Services:
    """All that runs under the configuration of before, a cluster step."""

    was: Kept
    idle: frozenset[str] = frozenset()  # what did not run when the rollback began
    TITLE: str = running.TITLE

    async def look(self, fleet: Fleet, want: Want) -> None:
        """Nothing to look at before the configuration is written."""

    def changes(self, facts: None, want: Want) -> Iterator[Change | Finding]:  # noqa: ARG002
        """Yield nothing: Pacemaker starts what the configuration has."""
        yield from ()

    async def settled(self, fleet: Fleet, want: Want, note: Note) -> None:
        """Return when everything runs but what is to be stopped, and what did not run before the rollback either."""

        async def all_run() -> bool | None:
            seen = await running.look(fleet, want)
            if seen is None:
                return None
            wanted = primitives(self.was.configuration) - self.idle - running.stopped(seen)
            if lacking := sorted(wanted - running_now(seen)):
                raise NotYet(f"{', '.join(lacking)} {'runs' if len(lacking) == 1 else 'run'} nowhere")
            return True

        await until("every service started", all_run, timeout_s=running.patience_s(want), every_s=0.3)
        note("every service of that configuration runs")
