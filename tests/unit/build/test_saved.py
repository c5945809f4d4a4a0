"""A plan that is kept: it comes back as it was, holds no secret, and names what is otherwise since."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from build.made_up import PATH as FILE
from build.made_up import Store, wanting
from quorate.build.change import Change, Deed, Effect, Run, Thing, WriteFile
from quorate.build.consequences import Act, Consequence, Consequences, Fate
from quorate.build.plan import Plan
from quorate.build.saved import Asked, Saved, differences, document, parse, printed, saved
from quorate.build.steps import cib, corosync_key, made_secrets, service_files
from quorate.build.steps.made_secrets import Secrets
from quorate.explore.result import Figure, Stretch
from quorate.findings import Finding, Severity
from quorate.machines.host import command
from quorate.observe.facts.file_state import File

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/reference/plan.schema.json").read_text())
PAGE, SECRET = Thing("file", "/var/www/index.html"), Thing("secret", "/var/lib/secrets/password")
PASSWORD = "correct horse battery"
CHANGES = (
    Change("n1", "files", "write the page", (WriteFile(PAGE.name, b"new"),), things=((PAGE, Deed.CHANGED),),
           difference="-old\n+new\n"),
    Change("n1", "secrets", "write the secret", (WriteFile(SECRET.name, PASSWORD.encode(), secret=True),),
           things=((SECRET, Deed.CREATED),)),
    Change("n1", cib.TITLE, "write the CIB", (Run(command("cibadmin", "--patch")),), Effect.RESTART,
           things=((Thing("resource", "site"), Deed.CHANGED),)),
)  # fmt: skip
SITE = Consequence(
    "site", Fate.MOVED, Figure(1.5, "default"), ("n1",), ("n2",), (Stretch(0, 1.5, "stop", "site", "n1", "default"),)
)
FOUND = Consequences(services=(SITE,), acts=(Act(0.1, 1.5, "stop", "site", "n1"),), scheduler="libpacemaker 2.1.5")
REMARK = Finding("not-in-the-file", Severity.INFO, "a remark", "why", "fix", path=("nodes", 0))
STATES = {("n1", PAGE): "1111", ("n2", PAGE): "2222", ("", Thing("resource", "site")): "3333", ("", cib.EPOCH): "0.7"}
PLAN = Plan((("hosts", CHANGES[:2]), ("configuration", CHANGES[2:])), (REMARK,), FOUND, STATES)
ASKED = Asked(cluster="shop", file="/etc/shop.yaml", digest="abcd", adopt=("site=n1",), max_interruption_s=5.0)
SALT = "5a" * 32
SAVED = saved(PLAN, ASKED, "2026-11-27T20:00:00+00:00", "0.1.0", SALT)


def test_it_keeps_its_schema_and_comes_back() -> None:
    text = json.dumps(document(SAVED))
    Draft202012Validator(SCHEMA).validate(json.loads(text))
    back = parse(json.loads(text))
    assert document(back) == {**document(SAVED)}
    assert (back.asked, back.acts, back.plan.consequences, back.plan.findings) == (ASKED, SAVED.acts, FOUND, (REMARK,))
    assert differences(back, SAVED) == []


def test_what_does_not_come_back_is_json_all_the_same() -> None:
    gone = replace(FOUND, services=(Consequence("site", Fate.STOPPED, before=("n1",)),))
    found = document(saved(replace(PLAN, consequences=gone), ASKED, "", "", SALT))
    Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(found, allow_nan=False)))
    assert (found["consequences"]["longest_s"], found["consequences"]["all_come_back"]) == (None, False)


def test_the_schema_would_say_it() -> None:
    wrong = {**document(SAVED), "effect": "explode"}
    assert list(Draft202012Validator(SCHEMA).iter_errors(wrong))


def test_it_holds_no_secret() -> None:
    assert PASSWORD not in json.dumps(document(SAVED))


def on_disk(salt: str) -> Saved:
    state = f"{hashlib.sha256(PASSWORD.encode()).hexdigest()} root:root 600"
    return saved(replace(PLAN, states={("n1", SECRET): state}), ASKED, "", "", salt)


def test_without_the_salt_nobody_can_try_passwords() -> None:
    one, other = on_disk("01" * 32), on_disk("02" * 32)
    plain = hashlib.sha256(PASSWORD.encode()).hexdigest()
    assert plain not in json.dumps(document(one))
    assert one.plan.states["n1", SECRET].endswith(" root:root 600")
    assert one.plan.states != other.plan.states
    assert not set(one.acts) & set(other.acts)
    assert differences(one, on_disk(one.salt)) == []
    shown = printed(one)
    Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(shown)))
    assert one.salt not in json.dumps(shown)
    with pytest.raises(ValueError, match="printed"):
        parse(shown)


@pytest.mark.parametrize("wrong", [{}, [], "", {"schema": "quorate.plan/2"}, {**document(SAVED), "changes": [{}]}])
def test_something_else_is_no_plan(wrong: object) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        parse(wrong)  # type: ignore[arg-type]


def now(**changes: object):
    return saved(replace(PLAN, **changes), ASKED, "", "", SALT)


def other(state: dict[tuple[str, Thing], str]) -> list[str]:
    return differences(SAVED, now(states={**STATES, **state}))


def test_the_cluster_file_is_another() -> None:
    assert differences(SAVED, saved(PLAN, replace(ASKED, digest="efgh"), "", "", SALT)) == [
        "the cluster file /etc/shop.yaml has another content"
    ]


def test_what_lies_on_a_host_or_in_the_cib_is_another() -> None:
    assert other({("n2", PAGE): "9"}) == ["n2: file /var/www/index.html is another"]
    assert other({("n2", PAGE): ""}) == ["n2: file /var/www/index.html is gone"]
    assert other({("", Thing("constraint", "cli-ban")): "9"}) == ["the cluster: constraint cli-ban is new"]
    assert other({("", cib.EPOCH): "0.8"}) == ["the cluster: CIB epoch is another"]


def test_what_would_be_done_is_another() -> None:
    password = replace(CHANGES[1], actions=(WriteFile(SECRET.name, b"another", secret=True),))
    found = differences(SAVED, now(stages=(("hosts", (CHANGES[0], password)),)))
    assert found == [
        "n1: to write the secret, which is not what was planned",
        "n1: nothing left of this: write the CIB",
    ]


def test_a_fresh_key_is_random_and_no_difference() -> None:
    def keyed(key: bytes):
        write = Change("n1", corosync_key.TITLE, "make the cluster's key", (WriteFile("/key", key, secret=True),))
        return saved(Plan((("key", (write,)),)), ASKED, "", "", SALT)

    assert differences(keyed(b"one"), keyed(b"two")) == []


def test_a_secret_that_is_still_to_be_made_is_no_difference_nor_are_the_files_it_will_stand_in() -> None:
    def making(value: str, rest: str = ""):
        want = replace(wanting(db=Store()), made={"db.account": value})
        stages = []
        for step, facts in ((made_secrets, Secrets({"n1": {}})), (service_files, {FILE: File(FILE, "missing")})):
            node = ("n1",) if step is service_files else ()
            stages.append((step.TITLE, tuple(step.changes(facts, want, *node))))
        (write,) = (one for one in stages[1][1][0].actions if isinstance(one, WriteFile))
        other = replace(write, marked=(write.marked or b"") + rest.encode())
        stages[1] = (stages[1][0], (replace(stages[1][1][0], actions=(other,)),))
        return saved(Plan(tuple(stages)), ASKED, "", "", SALT)

    assert differences(making("one"), making("two")) == []
    assert differences(making("one"), making("one", "more")), "what the file says besides is told apart"


def test_a_service_has_moved_or_would_meet_something_else() -> None:
    moved = replace(FOUND, services=(replace(SITE, before=("n2",)),))
    assert differences(SAVED, now(consequences=moved)) == ["site runs on n2, and ran on n1"]
    stopped = replace(FOUND, services=(replace(SITE, fate=Fate.STOPPED),))
    assert differences(SAVED, now(consequences=stopped)) == ["site would be stopped, and was to be moved"]


def test_nothing_can_be_foretold_any_more() -> None:
    blind = Consequences(unknown="Pacemaker's tools are not here")
    said = differences(SAVED, now(consequences=blind))
    assert said == ["what services would make of it cannot be foretold: Pacemaker's tools are not here"]
    then = saved(replace(PLAN, consequences=blind), ASKED, "", "", SALT)
    (said_now,) = differences(then, SAVED)
    assert "can be foretold, and could not" in said_now
    assert differences(then, then) == []


def test_what_becomes_of_everything() -> None:
    deeds = {f"{host} {thing.name}": deed for (host, thing), deed in PLAN.deeds.items()}
    assert deeds == {
        "n1 /var/www/index.html": Deed.CHANGED,
        "n2 /var/www/index.html": Deed.UNTOUCHED,
        "n1 /var/lib/secrets/password": Deed.CREATED,
        " site": Deed.CHANGED,
    }
