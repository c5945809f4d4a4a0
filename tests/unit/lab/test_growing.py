"""A lab that is up keeps what it has given out, and says what a changed file would add."""

import json
from pathlib import Path

import pytest

from quorate.errors import Refused
from quorate.lab import papers
from quorate.lab.furnishing import known_hosts
from quorate.lab.growing import fixed, growth
from quorate.lab.places import Places
from quorate.lab.plan import LabPlan, plan
from quorate.lab.standing import NEW, Standing, of_plan, of_state

from .clusters import PAIR, cluster

ONE_LINK = PAIR.replace(", 172.16.0.6/24", "").replace(", 172.16.0.7/24", "")
THIRD = "  gb08: {links: [10.10.102.8, 172.16.0.8/24], fencing: {ipmi: 10.10.103.8}}\nfencing:"
TRIO = PAIR.replace("fencing:\n", THIRD + "\n", 1)
WITHOUT_FIRST = "\n".join(line for line in TRIO.splitlines() if "gb06" not in line)


def after(before: str, *, text: str) -> tuple[LabPlan, LabPlan]:
    """Return the plan of a lab that came up with one file, and its plan for another."""
    old = plan(cluster(before))
    return old, plan(cluster(text), standing=of_state({"standing": of_plan(old, NEW)}))


def cables(laid_out: LabPlan, name: str) -> dict[str, str]:
    return {card.port: card.bridge for i in laid_out.node(name).interfaces for card in i.cards}


def addresses(laid_out: LabPlan, name: str) -> set[str]:
    return {str(address) for i in laid_out.node(name).interfaces for address in i.addresses}


def write_down(laid_out: LabPlan, places: Places) -> None:
    for node in laid_out.nodes:
        places.node(node.name).mkdir(parents=True)
        own = {"cables": papers.cables_of(node)}
        (places.node(node.name) / "chassis.json").write_text(json.dumps(own))


def test_the_same_file_gives_the_same_plan() -> None:
    old, new = after(TRIO, text=TRIO)
    assert new == old


def test_a_new_node_changes_nothing_of_the_others() -> None:
    old, new = after(PAIR, text=TRIO)
    assert new.bridges == old.bridges
    assert new.nodes[:2] == old.nodes
    assert not addresses(new, "gb08") & (addresses(old, "gb06") | addresses(old, "gb07"))


def test_a_new_network_comes_last() -> None:
    old, new = after(ONE_LINK, text=PAIR)
    assert new.bridges[:3] == old.bridges
    assert str(new.bridges[3].network) == "172.16.0.0/24"
    assert cables(old, "gb06").items() < cables(new, "gb06").items()


def test_who_stays_keeps_number_and_addresses_when_another_goes() -> None:
    old, new = after(TRIO, text=WITHOUT_FIRST)
    assert cables(new, "gb08") == cables(old, "gb08")
    assert addresses(new, "gb08") == addresses(old, "gb08")
    written = of_plan(new, of_state({"standing": of_plan(old, NEW)}))
    assert written["machines"] == ["gb06", "gb07", "gb08"]


def test_an_address_that_the_lab_took_is_not_given_to_a_node() -> None:
    taken = Standing(invented={"@10.10.102.0/24": "10.10.102.200/24"})
    assert str(plan(cluster(PAIR), standing=taken).bridges[0].address) == "10.10.102.200/24"


def test_what_a_file_adds(tmp_path: Path) -> None:
    old, new = after(ONE_LINK, text=TRIO)
    write_down(old, Places(tmp_path, "x"))
    found = growth(new, Places(tmp_path, "x"), "container", fixed(old))
    assert [node.name for node in found.nodes] == ["gb08"]
    assert [(node.name, cable["addresses"]) for node, cable in found.cables] == [
        ("gb06", ["172.16.0.6/24"]),
        ("gb07", ["172.16.0.7/24"]),
    ]
    assert found.addresses == ()


def test_a_new_address_is_given_beside_the_old_one(tmp_path: Path) -> None:
    old, new = after(PAIR, text=PAIR.replace("172.16.0.6/24", "172.16.0.66/24"))
    write_down(old, Places(tmp_path, "x"))
    found = growth(new, Places(tmp_path, "x"), "container", fixed(old))
    assert [(node.name, card, address) for node, card, address in found.addresses] == [
        ("gb06", "eth1", "172.16.0.66/24")
    ]


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        (PAIR.replace("10.10.103.6", "10.10.103.66"), "container", "gb06"),
        (PAIR.replace("10.10.102.6", "10.10.102.6/16"), "container", "10.10.102.0/24 and 10.10.0.0/16"),
        (PAIR, "kernel", "gb06, gb07"),
    ],
)
def test_what_cannot_change_is_refused(tmp_path: Path, text: str, kind, reason: str) -> None:
    old, new = after(ONE_LINK if kind == "kernel" else PAIR, text=text)
    write_down(old, Places(tmp_path, "x"))
    with pytest.raises(Refused, match=reason):
        growth(new, Places(tmp_path, "x"), kind, fixed(old))


def test_keys_stay_known_and_new_ones_are_added() -> None:
    old, new = after(TRIO, text=WITHOUT_FIRST)
    before = known_hosts(old, "", {name: f"ssh-ed25519 {name}" for name in old.node_names})
    lines = known_hosts(new, before, {"gb08": "ssh-ed25519 another"}).splitlines()
    found = {line.split()[-1]: line.split()[0].split(",") for line in lines}
    assert found.keys() == {"gb06", "gb07", "another"}
    assert "10.10.102.8" in found["another"]


def test_an_address_that_is_given_up_stays_known_for_it_still_answers() -> None:
    old, new = after(PAIR, text=PAIR.replace("172.16.0.6/24", "172.16.0.66/24"))
    before = known_hosts(old, "", dict.fromkeys(old.node_names, "ssh-ed25519 key"))
    names = known_hosts(new, before, {}).splitlines()[0].split()[0].split(",")
    assert {"172.16.0.6", "172.16.0.66"} <= set(names)


def test_a_node_on_another_port_is_found_again() -> None:
    text = PAIR.replace("fencing: {ipmi: 10.10.103.6}", "fencing: {ipmi: 10.10.103.6}, ssh: {port: 2222}")
    laid_out = plan(cluster(text))
    before = known_hosts(laid_out, "", dict.fromkeys(laid_out.node_names, "ssh-ed25519 key"))
    assert known_hosts(laid_out, before, {}) == before
