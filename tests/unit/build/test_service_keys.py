"""The keys of a service: made once, given to who lacks them, rotated everywhere, refused where none is surely right."""

import asyncio
from dataclasses import replace

import pytest

from build.wishes import wish
from quorate.build.change import Change, Run, WriteFile, digest
from quorate.build.plan import sorted_out
from quorate.build.prepare import services_to_rotate
from quorate.build.steps import service_keys
from quorate.build.steps.service_keys import Folder
from quorate.catalog.key_repository import KeyRepository, is_whole
from quorate.errors import UsageError
from quorate.machines.fake import FakeHost
from quorate.observe.facts.key_folders import NO_KEYS, KeyFolder

REPOSITORY = KeyRepository("/etc/keystone/fernet-keys", "token keys", "keystone", kept_s=1000.0)
OWNERS = frozenset({"keystone:700", "keystone:600"})
OLD, NEW = {0: b"b", 1: b"a"}, {0: b"c", 1: b"a", 2: b"b"}
ROTATING = replace(wish(), rotate_keys=frozenset({"identity"}))


def there(keys, age_s=10.0, owners=OWNERS):
    return (
        KeyFolder({n: digest(key) for n, key in keys.items()}, dict.fromkeys(keys, age_s), owners) if keys else NO_KEYS
    )


def folder(repository=REPOSITORY, contents=NEW, **nodes):
    """Return what nodes have, by their names: keys, or a whole KeyFolder of the keys `contents`."""
    given = {name: one for name, one in nodes.items() if not isinstance(one, KeyFolder)}
    on = {name: one if isinstance(one, KeyFolder) else there(one) for name, one in nodes.items()}
    source = repository.source({name: one.keys for name, one in on.items()})
    return Folder("identity", repository, on, source, given.get(source, contents) if source else {})


def changed(found, want=None):
    changes, findings = sorted_out(service_keys.changes((found,), want or wish()))
    assert findings == []
    return {change.host: change for change in changes}


def written(change: Change) -> dict[int, bytes]:
    return {int(a.path.rpartition("/")[2]): a.content for a in change.actions if isinstance(a, WriteFile)}


def moved(change: Change) -> list[str]:
    """Return the commands that move keys into their folder."""
    return [str(a.command) for a in change.actions if isinstance(a, Run) and "mv -f" in str(a.command)]


def removed(change: Change) -> list[str]:
    runs = [a.command.argv for a in change.actions if isinstance(a, Run)]
    return [word for argv in runs if argv[:2] == ("rm", "-f") for word in argv[2:]]


def test_where_no_node_has_keys_the_same_are_made_for_all():
    changes = changed(folder(n1={}, n2={}))
    assert {change.words for change in changes.values()} == {"make the token keys of identity"}
    first, second = (written(change) for change in changes.values())
    assert first == second
    assert sorted(first) == [0, 1]
    assert is_whole({n: digest(key) for n, key in first.items()})
    assert all(
        a.secret and a.mode == 0o600 and a.owner == "keystone"
        for a in changes["n1"].actions
        if isinstance(a, WriteFile)
    )


def test_keys_as_they_should_be_need_nothing():
    assert changed(folder(n1=NEW, n2=NEW)) == {}


def test_a_node_without_keys_gets_the_others():
    changes = changed(folder(n1={}, n2=NEW))
    assert list(changes) == ["n1"]
    assert written(changes["n1"]) == NEW
    assert changes["n1"].words == "give it the token keys of identity"


def test_a_rotation_writes_the_new_primary_first_and_removes_nothing_that_is_of_use():
    changes = changed(folder(n1=OLD, n2=OLD), ROTATING)
    assert list(changes) == ["n1", "n2"]
    numbers = [int(a.path.rpartition("/")[2]) for a in changes["n1"].actions if isinstance(a, WriteFile)]
    assert numbers == [2, 0]
    [move] = moved(changes["n1"])
    assert f"mv -f {REPOSITORY.path}.new/2 {REPOSITORY.path}.new/0 {REPOSITORY.path}/ &&" in move
    assert written(changes["n1"])[2] == OLD[0], "the staged key, which every node has, becomes primary"
    assert written(changes["n1"]) == written(changes["n2"])
    assert removed(changes["n1"]) == []


def test_a_key_is_removed_when_what_was_made_with_it_is_no_longer_valid_anywhere():
    young, old = there(NEW, age_s=10), there(NEW, age_s=2000)
    gone = changed(folder(n1=old, n2=young, n3=old), ROTATING)
    assert {word for change in gone.values() for word in removed(change)} == {f"{REPOSITORY.path}/1"}
    assert all(removed(change) == [] for change in changed(folder(n1=young, n2=young), ROTATING).values())


def test_one_node_whose_clock_was_behind_makes_no_key_old():
    young, old = there(NEW, age_s=10), there(NEW, age_s=9e5)
    for nodes in ({"n1": young, "n2": old, "n3": young}, {"n1": old, "n2": young}):
        assert all(removed(change) == [] for change in changed(folder(**nodes), ROTATING).values())


def test_an_interrupted_rotation_is_ended_and_not_begun_again():
    for want in (wish(), ROTATING):
        changes = changed(folder(n1=NEW, n2=OLD, n3=OLD), want)
        assert list(changes) == ["n2", "n3"]
        assert written(changes["n2"]) == {2: b"b", 0: b"c"}
        assert changes["n2"].words == "give it the newer token keys of identity, as n1 has them"


def test_a_rotation_that_stopped_between_two_files_gets_a_new_staged_key():
    half = {0: b"b", 1: b"a", 2: b"b"}
    changes = changed(folder(n1=half, n2=OLD))
    assert list(written(changes["n1"])) == [0]
    staged = written(changes["n1"])[0]
    assert staged not in half.values()
    assert written(changes["n2"]) == {2: b"b", 0: staged}


def test_keys_that_others_may_read_are_closed():
    [change] = changed(
        folder(n1=there(OLD, owners=frozenset({"keystone:755", "root:644"})), n2=OLD, contents=OLD)
    ).values()
    assert change.words == "close the token keys of identity to others"
    assert written(change) == {}, "the keys stay"


def test_keys_that_have_nothing_in_common_are_refused_and_told_by_digests():
    strange = {0: b"x", 1: b"y"}
    changes, [finding] = sorted_out(service_keys.changes((folder(n1=OLD, n2=strange),), wish()))
    assert changes == []
    assert finding.code == "service-keys-differ"
    assert digest(b"a")[:12] in finding.summary
    assert digest(b"y")[:12] in finding.summary


def test_strange_keys_of_one_node_give_way_to_those_of_most():
    strange = {0: b"x", 1: b"y", 5: b"z"}
    [change] = changed(folder(n1=OLD, n2=OLD, n3=strange)).values()
    assert change.host == "n3"
    assert written(change) == OLD
    assert removed(change) == [f"{REPOSITORY.path}/5"]
    assert "that most nodes have" in change.words


def test_strange_keys_by_which_stored_secrets_may_be_read_are_never_replaced():
    found = folder(replace(REPOSITORY, kept_s=None), n1=OLD, n2=OLD, n3={0: b"x", 1: b"y"})
    changes, [finding] = sorted_out(service_keys.changes((found,), wish()))
    assert (changes, finding.code) == ([], "service-keys-differ")


def test_keys_that_are_never_replaced_are_not_rotated():
    assert changed(folder(replace(REPOSITORY, kept_s=None), n1=OLD, n2=OLD), ROTATING) == {}


def test_the_keys_of_the_furthest_node_are_read_and_not_the_others():
    text = """cluster: a
nodes:
  n1: {links: [10.0.0.1]}
  n2: {links: [10.0.0.2]}
fencing: {enabled: false}
services:
  entrance: {kind: address, address: 10.0.0.9/24}
  identity: {kind: keystone}
"""
    want = wish(text)
    paths = [one.path for one in want.cluster.services["identity"].key_repositories()]
    lines = {
        name: "".join(
            f"{paths[0]}\tkeystone:700\t{n}\tkeystone:600\t5\t{digest(key)}\n" for n, key in sorted(keys.items())
        )
        for name, keys in (("n1", OLD), ("n2", NEW))
    }
    files = {f"{paths[0]}/{number}": key for number, key in NEW.items()}
    fleet = {name: FakeHost(name, {".*quorate-keys.*": said}, files) for name, said in lines.items()}
    tokens, credentials = asyncio.run(service_keys.look(fleet, want))
    assert tokens.source == "n2"
    assert tokens.contents == NEW
    assert "b'c'" not in repr(tokens)
    assert credentials.contents == {}


def test_only_a_service_with_keys_and_only_with_every_node_can_be_rotated():
    cluster = wish().cluster
    assert services_to_rotate(cluster, (), ("n1",)) == frozenset()
    with pytest.raises(UsageError, match="site has no keys"):
        services_to_rotate(cluster, ("site",), ())
