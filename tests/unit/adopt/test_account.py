"""The account speaks of every statement, every property and every key of the inputs, not only of their lines."""

import re
from pathlib import Path

import pytest
from lxml import etree
from tests.unit.adopt.adopting import TOOLS, adopted

from quorate.adopt.account import Account, Fate, uncovered
from quorate.adopt.reading.corosync import flat
from quorate.dialect.cib.read import read as read_cib
from quorate.dialect.corosync.read import read as read_conf
from quorate.dialect.crm.read import read as read_crm
from quorate.dialect.crm.references import identity
from quorate.dialect.model import FencingTopology, Properties

DATA = Path(__file__).parents[2] / "data"
TEXTS = sorted(DATA.glob("dialect/crm/*/expected.crm"))
CIBS = sorted(DATA.glob("render/*/cib.xml")) + sorted(DATA.glob("adopt/*/cib.xml"))
CONFS = sorted(DATA.glob("dialect/corosync/*/corosync.conf"))


def case(path):
    return f"{path.parent.name}"


def is_told(account, statements):
    """Return what the account does not speak of."""
    said = [entry.what for entry in account.entries]
    for item in statements:
        if isinstance(item, Properties) and not item.rules and item.ref is None:
            wanted = [f"{item.kind} {pair.name}" for pair in item.pairs if pair.name]
            whole = any(what.startswith("properties") for what in said)
            yield from (what for what in wanted if what not in said and not whole)
        elif isinstance(item, FencingTopology):
            yield from [] if any("fencingtopology" in what for what in said) else ["levels"]
        elif name := identity(item):
            yield from [] if any(re.search(rf"\s{re.escape(name)}$", what) for what in said) else [name]


@pytest.mark.parametrize("verbatim", [False, True], ids=["mended", "verbatim"])
@pytest.mark.parametrize("path", TEXTS, ids=case)
def test_text(path, verbatim):
    text = path.read_text()
    statements = read_crm(text, "x", TOOLS.agents.names()).configuration.statements
    if statements:
        assert list(is_told(adopted(("x", text), verbatim=verbatim).account, statements)) == []


@pytest.mark.parametrize("verbatim", [False, True], ids=["mended", "verbatim"])
@pytest.mark.parametrize("path", CIBS, ids=case)
def test_cib(path, verbatim):
    statements = read_cib(etree.fromstring(path.read_bytes()).find("configuration")).statements
    account = adopted(("x", path.read_text()), verbatim=verbatim).account
    assert list(is_told(account, statements)) == []


@pytest.mark.parametrize("path", CONFS, ids=case)
def test_conf(path):
    text = path.read_text()
    keys = [".".join((*where, key.name)) for where, key in flat(read_conf(text, "x").configuration)]
    said = [entry.what for entry in adopted(("x", text)).account.entries]
    assert [key for key in keys if key not in said] == []


def test_a_line_that_nothing_speaks_of_is_named():
    account = Account()
    account.add("a", [1, 2], "x", Fate.TEXT, "")
    assert list(uncovered(account, {"a": "one\ntwo\n\nfour\n", "b": "five"})) == [("a", 4), ("b", 1)]


@pytest.mark.parametrize("odd", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\r\n"])
def test_lines_are_counted_alike_whatever_breaks_them(odd):
    words = f"A guide{odd}\n{odd}page two\n{odd}page three\n{odd}\n"
    conf = "totem {\n  version: 2\n  cluster_name: c\n  odd line\n}\n"
    secret = "primitive f stonith:fence_ipmilan params passwd=hunter2 ip=10.0.0.1\n"
    for text in (words + secret, words + conf + secret, words + "pcs " + secret + secret):
        result = adopted(("guide.txt", text))
        assert list(uncovered(result.account, {"guide.txt": text})) == []
        assert "hunter2" not in str(result)
        [place] = {f.place for f in result.findings if f.code == "secret-in-clear"}
        assert place.text == secret.strip().replace("hunter2", "*******")
