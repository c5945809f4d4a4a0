"""Secrets that are made for services: once, the same everywhere, closed, and shown nowhere."""

import asyncio
import re
from dataclasses import replace

import pytest

from build.made_up import PATH, Store, wanting
from quorate.build.change import Run, WriteFile
from quorate.build.steps import made_secrets, service_files
from quorate.build.steps.made_secrets import Secrets
from quorate.catalog.made import FOLDER, MadeSecret, filled, made, marked, marks_in, named_in, put_in
from quorate.errors import Unknown
from quorate.findings import Finding
from quorate.machines.fake import FakeHost
from quorate.observe.facts import file_state
from quorate.observe.facts.made_secrets import COMMAND, Kept, parse

NAME = "db.account"


def found(**values):
    return Secrets({node: {NAME: Kept(value)} if value else {} for node, value in values.items()})


def wanted():
    return made_secrets.wanted(wanting(db=Store()).cluster, wanting().platform)


@pytest.mark.parametrize(("shape", "pattern"), [("word", r"[\w-]{32}"), ("upper", "[A-Z]{32}")])
def test_fresh_values_have_their_shape_and_are_never_the_same(shape, pattern):
    one, other = (made_secrets.fresh(MadeSecret("a.b", shape)) for _ in range(2))
    assert one != other
    assert re.fullmatch(pattern, one)


def test_a_content_names_secrets_and_is_filled():
    content = f"a={made('db.one')} b={made('db.two')}\n"
    assert named_in(content) == {"db.one", "db.two"}
    assert filled(content, {"db.one": "x", "db.two": "y"}) == "a=x b=y\n"
    with pytest.raises(KeyError):
        filled(content, {"db.one": "x"})


@pytest.mark.parametrize("content", [b"", b"a=x1 b=x", b"\xff\x00x1x", b"@quorate-secret:"])
def test_a_content_is_kept_with_marks_and_comes_back_to_the_last_byte(content):
    values = {"db.one": "x", "db.one.bak": "x", "db.two": "x1", "db.none": "", "two~": "="}
    kept = marked(content, values)
    assert b"x" not in kept
    assert marks_in(kept) <= {"db.one", "db.two"}
    assert put_in(kept, values) == content
    assert put_in(marked(b"a=x", values), {"db.one": "new"}) == b"a=new"


def test_what_a_node_has_is_the_clusters_and_only_what_nobody_has_is_made():
    assert made_secrets.values(wanted(), found(n1="", n2="old", n3="")) == {NAME: "old"}
    assert len(made_secrets.values(wanted(), found(n1="", n2="", n3=""))[NAME]) == 32


def test_nodes_that_lack_one_get_it():
    want = wanting(db=Store())
    (change,) = made_secrets.changes(found(n1="s3cr3t-of-db", n2="s3cr3t-of-db", n3=""), want)
    assert (change.host, change.words) == ("n3", "give it the secrets db.account")
    folder, file = change.actions
    assert isinstance(folder, Run)
    assert file == WriteFile(f"{FOLDER}/{NAME}", b"s3cr3t-of-db\n", 0o600, secret=True)


def test_an_open_file_is_closed():
    facts = Secrets({"n1": {NAME: Kept("s3cr3t-of-db", is_closed=False)}})
    assert [change.host for change in made_secrets.changes(facts, wanting(db=Store()))] == ["n1"]


def test_different_values_are_refused_without_showing_them():
    (said,) = made_secrets.changes(found(n1="one-value", n2="another", n3="one-value"), wanting(db=Store()))
    assert isinstance(said, Finding)
    assert said.code == "made-secrets-differ"
    assert "one-value" not in str(said)
    assert "another" not in str(said)


def test_all_well_is_no_change():
    assert list(made_secrets.changes(found(n1="x", n2="x"), wanting(db=Store()))) == []


def test_the_fact_is_read_and_shows_no_value():
    facts = parse("db.account 600:root abc def\nqueue.cookie 644:root X\n", 0)
    assert facts["db.account"] == Kept("abc def")
    assert not facts["queue.cookie"].is_closed
    assert "abc" not in repr(facts)
    with pytest.raises(Unknown):
        parse("", 1)


def test_it_settles_when_every_node_has_every_secret():
    said: list[str] = []
    hosts = {n: FakeHost(n, {str(COMMAND): "db.account 600:root s3cr3t-of-db\n"}) for n in ("n1", "n2")}
    asyncio.run(made_secrets.settled(hosts, wanting(db=Store()), said.append))
    assert said == ["the same on 2 nodes, for root alone"]


def test_a_file_with_a_secret_is_written_whole_and_shown_nowhere():
    want = wanting(db=Store())
    host = FakeHost("n1", files={PATH: b"password = old\n"})
    host.expect("sh -c .*", f"regular file|644|root|root|15|{'0' * 64}|{PATH}\t\n")
    facts = asyncio.run(service_files.look(host, want))
    assert facts[PATH].content is None
    (change,) = service_files.changes(facts, want, "n1")
    assert change.actions[0] == WriteFile(
        PATH, b"password = s3cr3t-of-db\n", secret=True, marked=f"password = {made(NAME)}\n".encode()
    )
    assert change.difference == ""
    assert "s3cr3t" not in repr(want)


def test_a_file_that_has_it_already_is_left():
    want = wanting(db=Store())
    file = service_files.write(Store().files(type("Site", (), {"name": "db"}), None)[0], want)
    state = file_state.File(PATH, "file", 0o644, "root", "root", 10, made_secrets.digest(file.content))
    assert list(service_files.changes({PATH: state}, want, "n1")) == []
    other = replace(want, made={NAME: "new"})
    assert len(list(service_files.changes({PATH: state}, other, "n1"))) == 1
