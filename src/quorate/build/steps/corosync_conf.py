"""corosync_conf: the same corosync.conf on every node.

A host that already belongs to another cluster is refused: by the cluster's name, or, where the file has none or has
that of Debian's package (`debian`, one node on 127.0.0.1), by the addresses of its nodes. Whatever quorate did not
write itself is kept beside it. The new text is tested by the host's own Corosync before it takes the place of the old
one, because a Corosync that is restarted with a file it refuses does not come back. Taken into use by the step
membership; which also writes it, where Corosync runs with something that cannot be reloaded. A node that boots in
between would come up with the new file and find nobody.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quorate.build.change import Action, Change, Deed, Run, Thing, WriteFile, difference, digest
from quorate.build.restarts.way import hard, series_of
from quorate.build.step import States, answer
from quorate.build.want import Want
from quorate.dialect.corosync.cmap import cmap, cmap_of
from quorate.dialect.corosync.meaning import differences
from quorate.dialect.corosync.read import read
from quorate.findings import Finding, Severity
from quorate.machines.host import Command, Host, command
from quorate.observe.facts import corosync_runtime, corosync_version
from quorate.observe.gathering import gather
from quorate.render.corosync import HEADER, corosync_conf

TITLE = "corosync.conf"
PATH = "/etc/corosync/corosync.conf"
FILE = Thing("file", PATH)
KEPT = f"{PATH}.before-quorate"
TRIAL = f"{PATH}.trial"
PACKAGED = "debian"

# The copy is removed in any case; the status is Corosync's.
TEST = 'corosync -t -c "$1"; status=$?; rm -f -- "$1"; exit "$status"'
TEST_OF_THE_NEW_FILE = Command(
    ("sh", "-c", TEST, "quorate-test", TRIAL), purpose="the test of the new corosync.conf (corosync -t)"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """text: the host's corosync.conf, None where there is none. running: with what Corosync runs, by cmap key.

    series: of Corosync there, as of way.py. Both are only asked where the file differs.
    """

    text: bytes | None
    running: Mapping[str, str] | None = None
    series: str = "3.1"


async def look(host: Host, want: Want) -> Facts:
    """Read the file, and what runs."""
    text = await host.get(PATH)
    if text == corosync_conf(want.cluster).encode():
        return Facts(text)
    runtime = await answer(gather(host, corosync_runtime))
    version = await answer(gather(host, corosync_version))
    return Facts(text, runtime.values if runtime else None, series_of([version]))


def cluster_name(text: bytes) -> str | None:
    """Return totem.cluster_name of a corosync.conf, None where it is not set."""
    found = re.search(rb"^\s*cluster_name\s*:\s*(\S+)", text, re.MULTILINE)
    return found.group(1).decode(errors="replace") if found else None


def strangers(text: bytes, want: Want) -> list[str]:
    """Return the addresses of nodes in a corosync.conf that are no node's of the file; not the package's 127.0.0.1."""
    named = re.findall(r"^\s*ring\d+_addr\s*:\s*(\S+)", text.decode(errors="replace"), re.MULTILINE)
    nodes = want.cluster.nodes
    ours = {str(interface.ip) for node in nodes for interface in (*node.links, *node.addresses)}
    return sorted(set(named) - ours - {node.name for node in nodes} - {"127.0.0.1"})


def means(old: bytes, text: str) -> bool:
    """True if Corosync makes the same of a file as of the text, so that there is nothing to write."""
    reading = read(old.decode(errors="replace"), PATH)
    return not reading.mended and not differences(cmap(reading.configuration), cmap_of(text))


def trial(text: str) -> bytes:
    """Return the file for Corosync to test: it says why on stderr, and needs no key, which may come later."""
    aloud = text.replace("to_stderr: no\n", "to_stderr: yes\n")
    return aloud.replace("totem {\n", f"totem {{\n    key: {'0' * 256}\n", 1).encode()


def changes(facts: Facts, want: Want, name: str) -> Iterator[Change | Finding]:
    """Yield the file when it differs; a finding when the host belongs to another cluster."""
    if facts.text and (finding := foreign(facts.text, want, name)):
        yield finding
    elif facts.running and hard(facts.running, want.cluster, facts.series):
        return  # membership writes it when Corosync is stopped everywhere
    elif change := writing(facts.text, want, name):
        yield change


def testing(want: Want) -> tuple[Action, ...]:
    """Return what has the host's own Corosync test the file."""
    # The trial holds no secret; closed all the same, as what looks like a key should be.
    return (WriteFile(TRIAL, trial(corosync_conf(want.cluster)), mode=0o600), Run(TEST_OF_THE_NEW_FILE))


def writing(old: bytes | None, want: Want, name: str) -> Change | None:
    """Return the change that writes the file, None where it is there."""
    text = corosync_conf(want.cluster)
    new = text.encode()
    if old == new or (old and means(old, text)):
        return None
    keep = (Run(command("cp", "--no-clobber", PATH, KEPT)),) if old and not old.startswith(HEADER.encode()) else ()
    words = f"write {PATH}" + (f", keep the old one as {KEPT}" if keep else "")
    deed = Deed.CREATED if old is None else Deed.CHANGED
    actions = (*testing(want), *keep, WriteFile(PATH, new))
    return Change(name, TITLE, words, actions, difference=difference(PATH, old, new), things=((FILE, deed),))


def things(facts: Facts, want: Want, name: str) -> States:  # noqa: ARG001 - the protocol of a step
    """Return the file."""
    return {FILE: digest(facts.text)}


def foreign(text: bytes, want: Want, name: str) -> Finding | None:
    """Return why the host's configuration is another cluster's, None where it may be replaced."""
    owner = cluster_name(text)
    if owner == want.cluster.name:
        return None  # what runs is compared node by node in the step membership
    if owner in {None, PACKAGED}:
        others = strangers(text, want)
        if not others:
            return None
        said = f"with {', '.join(others)}"
    else:
        said = f"called {owner}"
    return Finding(
        "belongs-to-another-cluster",
        Severity.ERROR,
        f"{name} already belongs to a cluster {said}",
        "a node taken out of a running cluster without its knowledge is fenced, and its services move",
        f"name the right host, or take {name} out of that cluster first and remove {PATH} there",
        path=("nodes", name),
    )
