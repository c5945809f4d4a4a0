"""service_files: the files that the services of the catalog need on a host.

A content in which a made secret stands is shown nowhere, nor what it differs in. What is run after a file was written
is owed until it was (owed.py), whoever was killed in between.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from quorate.build import owed
from quorate.build.change import Change, Deed, Effect, Run, Thing, WriteFile, difference
from quorate.build.step import States
from quorate.build.want import Want
from quorate.catalog.made import filled, named_in
from quorate.catalog.service import HostFile
from quorate.catalog.site import Site
from quorate.findings import Finding
from quorate.machines.host import Host, command
from quorate.observe.facts import file_state
from quorate.observe.gathering import gather_about

TITLE = "service files"
EFFECTS = {"": Effect.NOTHING, "reload": Effect.RELOAD, "restart": Effect.RESTART}
CHECKED = '"$@"; was=$?; rm -f -- "$0"; exit $was'
SHOWN_MAX = 65536
"""Bytes of a file whose difference is shown."""


def wanted(want: Want, name: str) -> dict[str, tuple[str, HostFile]]:
    """Return the files that node `name` needs, by path, each with the service it belongs to."""
    node, platform = want.node(name), want.platforms[name]
    return {
        file.path: (label, file)
        for label, service in want.services_on(name).items()
        for file in service.files(Site(label, platform, want.cluster), node)
    }


def write(file: HostFile, want: Want) -> WriteFile:
    """Return what puts a file on a host, with the secrets in place."""
    content = filled(file.content, want.made).encode()
    secret = bool(named_in(file.content))
    marked = file.content.encode() if secret else None
    return WriteFile(file.path, content, file.mode, file.owner, file.group, secret, file.make_parents, marked)


def checking(file: HostFile, action: WriteFile) -> tuple[WriteFile | Run, ...]:
    """Return what asks whether the content will do, before it takes its place; what is asked about is left nowhere."""
    if not file.check:
        return ()
    beside = replace(action, path=f"{file.path}.quorate-new", mode=0o600)
    return (beside, Run(command("sh", "-c", CHECKED, beside.path, *file.check, beside.path)))


async def look(host: Host, want: Want) -> Mapping[str, file_state.File]:
    """Return the state of those files and their marks, with the content of those that will be written over."""
    files = wanted(want, host.name)
    marks = [owed.mark(path) for path, (_, file) in files.items() if file.then]
    found = dict(await gather_about(host, file_state, *files, *marks))
    for path, (_, file) in files.items():
        action = write(file, want)
        other = found[path].kind == "file" and not action.is_content_of(found[path])
        if other and file.replace and not action.secret and found[path].size_bytes <= SHOWN_MAX:
            found[path] = replace(found[path], content=await host.get(path))
    return found


def changes(facts: Mapping[str, file_state.File], want: Want, name: str) -> Iterator[Change | Finding]:
    """Yield a change for each file that is absent, or different and ours to replace; and for what is owed for it."""
    for path, (label, file) in wanted(want, name).items():
        action = write(file, want)
        reads = (label, file.reader) if file.taken and facts[path].exists else None
        if not is_due(file, action, facts[path]):
            if is_owed(file, facts):
                words = f"do what {path} needs for {label} and was not done when it was written"
                yield Change(name, TITLE, words, owed.paying(path, file.then), EFFECTS[file.taken], reads=reads)
            continue
        deed = Deed.CHANGED if facts[path].exists else Deed.CREATED
        yield Change(
            name,
            TITLE,
            f"write {path} for {label}",
            (*checking(file, action), *owed.writing(action, file.then, file.reader)),
            difference=difference(path, facts[path].content, action.content),
            things=((Thing("file", path), deed),),
            effect=EFFECTS[file.taken] if facts[path].exists else Effect.NOTHING,
            reads=reads,
        )


def is_due(file: HostFile, action: WriteFile, state: file_state.File) -> bool:
    """Say whether the file is to be written: it is absent, or different and ours to replace."""
    return not action.is_done(state) and (file.replace or not state.exists)


def is_owed(file: HostFile, facts: Mapping[str, file_state.File]) -> bool:
    """Say whether the file was written and what is to be run then was not, or not to its end."""
    mark = facts.get(owed.mark(file.path)) if file.then else None
    return mark is not None and mark.exists


def things(facts: Mapping[str, file_state.File], want: Want, name: str) -> States:
    """Return the files that services need, whose state is content, owner and mode."""
    return {Thing("file", path): facts[path].state for path in wanted(want, name)}
