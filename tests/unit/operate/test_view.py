"""What is asked of a node: everything about the cluster, and about storage only what it keeps."""

import asyncio

from quorate.machines.fake import Answer, FakeHost
from quorate.observe.facts import drbd_status, lvm, mounts
from quorate.operate.view import look

STORAGE = {"drbd": drbd_status.COMMAND, "lvm": lvm.COMMAND, "mounts": mounts.COMMAND}


def asked(*questions):
    host = FakeHost("n1", {".*": Answer(status=1)})
    [view] = asyncio.run(look([host], {}, {"n1": frozenset(questions)} if questions else {}))
    return view, {name for name, command in STORAGE.items() if str(command) in host.ran_text}


def test_a_node_without_a_store_is_not_asked_about_storage():
    view, about = asked()
    assert about == set()
    assert (view.drbd, view.lvm, view.mounts) == (None, None, None)


def test_only_what_the_node_keeps_is_asked():
    view, about = asked("drbd", "mounts")
    assert about == {"drbd", "mounts"}
    assert view.lvm is None
    assert isinstance(view.drbd, Exception)
    assert isinstance(view.mounts, Exception)
