"""The step `bonds`: what it finds when the file says that a link lies on a bond."""

import asyncio
from ipaddress import ip_interface

import pytest

from build.wishes import THREE, wish
from quorate.build.steps import bonds
from quorate.findings import Severity
from quorate.observe.facts.addresses import Address, Interface
from quorate.observe.facts.bonding import Bond

BONDED = wish(THREE + "corosync: {links: [{}, {bond: active-backup}]}\n")
GOOD = Bond("bond0", "active-backup", "eth1", (("eth1", True), ("eth2", True)), watched=True)


def cards(bond: Bond | None, carrier: str = "bond0") -> bonds.Cards:
    address = Address(ip_interface("172.20.0.11/24"), "global", secondary=False, tentative=False)
    interface = Interface(carrier, up=True, state="UP", mtu=1500, mac="02:00:00:00:00:01", addresses=(address,))
    return bonds.Cards((interface,), (bond,) if bond else ())


def found(facts: bonds.Cards) -> list[tuple[str, Severity]]:
    return [(finding.code, finding.severity) for finding in bonds.changes(facts, BONDED, "n1")]


def test_a_bond_as_the_file_says_is_nothing_to_speak_of() -> None:
    assert found(cards(GOOD)) == []


@pytest.mark.parametrize(
    ("facts", "code", "severity"),
    [
        (cards(None, "eth1"), "bond-missing", Severity.ERROR),
        (cards(GOOD, "eth9"), "bond-missing", Severity.ERROR),
        (cards(Bond("bond0", "balance-rr", "", GOOD.ports, watched=True)), "bond-missing", Severity.ERROR),
        (
            cards(Bond("bond0", "active-backup", "eth1", (("eth1", True), ("eth2", False)), watched=True)),
            "bond-degraded",
            Severity.WARNING,
        ),
        (cards(Bond("bond0", "active-backup", "eth1", GOOD.ports, watched=False)), "bond-unwatched", Severity.WARNING),
    ],
)
def test_what_is_not_as_the_file_says_is_found(facts: bonds.Cards, code: str, severity: Severity) -> None:
    assert found(facts) == [(code, severity)]


def test_nobody_is_asked_where_the_file_speaks_of_no_bond() -> None:
    assert asyncio.run(bonds.look(None, wish())) is None
    assert list(bonds.changes(None, wish(), "n1")) == []
