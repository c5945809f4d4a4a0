"""Passwords: what stands in their place, and that they are shown nowhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.adopt.adopting import adopted, cluster

TEXT = "node n1\nprimitive f stonith:fence_apc params ip=10.0.0.9 {pair} op monitor interval=60s\n"


def shown(result):
    return result.text + str(result.findings) + str(result.account)


@pytest.mark.parametrize("pair", ["passwd=hunter2", 'passwd="hunter2"', "$id=x passwd=hunter2"])
def test_a_reference_stands_in_the_place_of_a_password(pair):
    result = adopted(("x.crm", TEXT.format(pair=pair)))
    assert "hunter2" not in shown(result)
    assert "passwd=lrm://" in result.text
    [device] = cluster(result.text).fencing.devices
    assert (device.parameters["passwd"].source, device.parameters["passwd"].name) == ("env", "F_PASSWD")
    assert "secret-in-clear" in {finding.code for finding in result.findings}


def test_a_value_on_the_nodes_stays_there():
    result = adopted(("x.crm", TEXT.format(pair="passwd=lrm://")))
    assert "secret-on-nodes" in {finding.code for finding in result.findings}
    assert "secrets:" not in result.text


@pytest.mark.parametrize("pair", ["community=hunter2", 'additional_parameters="--password=hunter2 -v"'])
def test_a_reference_stands_in_the_place_of_what_is_or_holds_a_password(pair):
    result = adopted(("x.crm", TEXT.format(pair=pair)))
    assert "hunter2" not in shown(result)
    [device] = cluster(result.text).fencing.devices
    assert device.parameters[pair.partition("=")[0]].source == "env"


HAPROXY = """listen stats
    bind *:9000
    stats auth admin:hunter2
    stats auth admin:hunter2 # password hunter2
userlist u
    user bob insecure-password hunter2
"""


def test_no_place_shows_what_the_reader_of_haproxy_cfg_hid():
    result = adopted(("x.crm", TEXT.format(pair="passwd=lrm://")), ("haproxy.cfg", HAPROXY))
    found = [finding for finding in result.findings if finding.code == "password-in-file"]
    assert [finding.place.text.strip("* ") for finding in found] == [
        "stats auth admin:",
        "stats auth admin:",
        "user bob insecure-password",
    ]
    assert "hunter2" not in shown(result)


@pytest.mark.parametrize("secret", ["passwd=hunter2", 'passwd="hunter2 hunter2', "passwd = hunter2", "passwd =hunter2"])
@pytest.mark.parametrize(
    "text",
    [
        'primitive b stonith:fence_ipmilan \\\n  params {} ip=10.0.0.1 \\\n  op monitor interval="60s\n',
        "pcs stonith create b fence_ipmilan bogus( \\\n  {} ip=10.0.0.1\n",
        "primitive b stonith:fence_ipmilan params ip=10.0.0.1 {}\n",
        "primitiv b stonith:fence_ipmilan params ip=10.0.0.1 {}\n",
    ],
)
def test_what_could_not_be_read_is_named_without_its_passwords(text, secret):
    result = adopted(("x.crm", TEXT.format(pair="passwd=lrm://")), ("y", text.format(secret)))
    assert "hunter2" not in shown(result)


@pytest.mark.parametrize(
    "statement",
    [
        "alert mail /usr/bin/mail attributes smtp_password=hunter2",
        "alert mail /usr/bin/mail to { me attributes password=hunter2 }",
        "node n2 attributes db_password=hunter2",
        "primitive p ocf:heartbeat:Dummy op monitor interval=10s password=hunter2",
    ],
)
def test_what_has_a_password_that_cannot_be_kept_out_of_the_cib_is_left_out(statement):
    result = adopted(("x.crm", TEXT.format(pair="passwd=lrm://") + statement + "\n"))
    assert "hunter2" not in shown(result)
    assert "secret-without-place" in {finding.code for finding in result.findings}
    cluster(result.text)


PLANTED = [
    "passwd=hunter2", 'password="hunter2"', "community=hunter2", "passwd = hunter2", "passwd =hunter2",
    "passwd= hunter2", 'options="--password=hunter2"',
]  # fmt: skip
CRM = """primitive f1 stonith:fence_ipmilan \\
  params ip=10.0.0.1 {} lanplus=1 \\
  op monitor interval=60s
group g f1 p
primitive p ocf:heartbeat:Dummy params {} fake=x
"""
PCS = """pcs stonith create f1 fence_ipmilan ip=10.0.0.1 {} \\
  lanplus=1 {} op monitor interval=60s
pcs resource create p ocf:heartbeat:Dummy {} fake=x
"""


@st.composite
def damaged(draw):
    """A text with passwords, of which lines were lost or doubled, and in which a sign stands that ends nothing."""
    text = draw(st.sampled_from([CRM, PCS])) + (HAPROXY if draw(st.booleans()) else "")
    rows = text.split("\n")
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(rows) - 1))
        rows[at : at + 1] = draw(st.sampled_from([[], [rows[at]] * 2]))
    if rows:
        at = draw(st.integers(0, len(rows) - 1))
        words = rows[at].split(" ")
        sign = draw(st.sampled_from(['"', "'", "(", "“", "\\", "\x0c", "="]))
        words.insert(draw(st.integers(0, len(words))), sign)
        rows[at] = " ".join(words)
    return "\n".join(rows).replace("{}", draw(st.sampled_from(PLANTED)))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(damaged())
def test_no_damage_brings_a_password_to_light(text):
    assert "hunter2" not in shown(adopted(("x.crm", TEXT.format(pair="passwd=lrm://")), ("y", text)))
