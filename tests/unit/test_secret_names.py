"""What is taken for a secret, by its name."""

import pytest
from lxml import etree

from quorate.build.steps.cib import masked
from quorate.secret_names import is_secret_key, masked_within, secrets_within


@pytest.mark.parametrize(
    "name", ["passwd", "admin_passwd", "shared_secret", "community", "login.pw", "--password", "token"]
)
def test_names_of_secrets(name):
    assert is_secret_key(name)


@pytest.mark.parametrize("name", ["password_script", "passwd-file", "passive", "compass", "community_list", "key"])
def test_other_names(name):
    assert not is_secret_key(name)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("--password=hunter2", "--password=********"),
        ("--user=a --password=hunter2 --quick", "--user=a --password=******** --quick"),
        ("--password='hunter2 hunter2' -v", "--password=******** -v"),
        ("user=a,pass=hunter2", "user=a,pass=********"),
        ("--defaults-file=/etc/my.cnf", "--defaults-file=/etc/my.cnf"),
        ("compass=north", "compass=north"),
    ],
)
def test_secrets_within_a_value(value, shown):
    assert masked_within(value) == shown
    assert bool(secrets_within(value)) == (value != shown)


def test_a_cib_is_shown_without_them():
    pairs = {
        "community": "hunter2",
        "additional_parameters": "--password=hunter2 -v",
        "passwd": "lrm://",
        "ip": "10.0.0.1",
    }
    cib = etree.Element("cib")
    for name, value in pairs.items():
        etree.SubElement(cib, "nvpair", name=name, value=value)
    assert [pair.get("value") for pair in masked(cib)] == ["********", "--password=******** -v", "lrm://", "10.0.0.1"]
