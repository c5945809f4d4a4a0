"""An account that the database refuses is found, and one that cannot be asked about is no account that is refused."""

import asyncio

import pytest
from tests.unit.catalog.sites import site

from quorate.catalog.services.galera import Galera
from quorate.catalog.services.keystone import Keystone
from quorate.errors import Unknown
from quorate.findings import Finding
from quorate.machines.fake import Answer, FakeHost
from quorate.operate.inside import files, glance
from quorate.operate.insight import Line
from quorate.operate.logins import judged, look

IDENTITY = site("identity", Keystone(), database=Galera())


def told(*answers):
    """What is said when nodes n1, n2 ... answer that."""
    hosts = {f"n{i}": FakeHost(f"n{i}", {r"(?s)python3 -c .*": one}) for i, one in enumerate(answers, 1)}
    said = list(judged(asyncio.run(look(hosts, IDENTITY)), IDENTITY))
    return hosts, [one for one in said if isinstance(one, Line)], [one for one in said if isinstance(one, Finding)]


def test_who_is_let_in_has_nothing_to_say_and_no_password_is_sent():
    hosts, *said = told("0\n", "0\n")
    assert said == [[], []]
    (asked,) = hosts["n1"].ran
    assert asked.argv[-4:] == ("keystone", "127.0.0.1", "3306", "/etc/quorate/secrets/identity.database")
    assert asked.input == b""


@pytest.mark.parametrize(
    ("code", "why"), [(1045, "wrong password"), (1044, "no right"), (1049, "not there"), (1130, "from the nodes")]
)
def test_who_is_refused_is_named_with_what_mends_it(code, why):
    _, [line], [finding] = told("0\n", f"{code}\n")
    assert line.state == "bad"
    assert why in line.words
    assert finding.code == "database-account-refused"
    assert finding.summary.startswith("database refuses the account keystone of identity: ")
    assert "apply" in finding.fix


@pytest.mark.parametrize(
    ("code", "why", "fix"),
    [(4151, "locked", "ACCOUNT UNLOCK"), (1862, "expired", "EXPIRE NEVER"), (1820, "expired", "")],
)
def test_what_apply_does_not_look_at_is_mended_by_hand(code, why, fix):
    _, _, [finding] = told(f"{code}\n")
    assert why in finding.summary
    assert "apply" not in finding.fix
    assert finding.fix.startswith("as root of database: ALTER USER 'keystone'@'%' ")
    assert fix in finding.fix
    _, _, [both] = told(f"{code}\n", "1045\n")
    assert "apply" in both.fix
    assert fix in both.fix


@pytest.mark.parametrize("answer", ["2003\n", "2013\n", Answer(status=1)])
def test_a_database_that_does_not_answer_refuses_nobody(answer):
    _, [line], findings = told(answer, answer)
    assert (line.words, line.state, findings) == ("not known whether database lets its account in", "unknown", [])
    assert told("0\n", answer)[1:] == ([], [])


def test_without_a_database_in_the_file_nobody_is_asked():
    alone = site("identity", Keystone())
    assert asyncio.run(look({"n1": FakeHost("n1")}, alone)) == {}
    assert list(judged({}, alone)) == []


def test_the_image_service_is_asked_too():
    assert files()["glance"] is glance
    assert [one.state for one in glance.judged({"n1": Unknown("gone")}, IDENTITY, frozenset())] == ["unknown"]
