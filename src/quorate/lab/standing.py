"""What a lab that is up has given out: its networks and machines by number, and the addresses that it took itself.

A lab that grows (growing.py) keeps all of that, or cables would change their names under running nodes. Values; pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from quorate.describe.cluster import IPNetwork

if TYPE_CHECKING:
    from quorate.lab.plan import LabPlan


@dataclass(frozen=True, slots=True)
class Standing:
    """networks, machines: in the order of their numbers, those that the file no longer has among them.

    invented: NODE@NETWORK -> address with prefix length; the lab's own have no NODE.
    """

    networks: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    invented: Mapping[str, str] = field(default_factory=dict)

    def number(self, machine: str, others: tuple[str, ...]) -> int:
        """Return the number of a machine, from 1; those that are new follow in the order of `others`."""
        return [*self.machines, *(name for name in others if name not in self.machines)].index(machine) + 1


NEW = Standing()


def of_state(state: Mapping[str, Any]) -> Standing:
    """Return what a lab's state says; NEW for no lab, and for one of a version that did not write it down."""
    known = state.get("standing", {})
    return Standing(tuple(known.get("networks", ())), tuple(known.get("machines", ())), known.get("invented", {}))


def of_plan(plan: "LabPlan", before: Standing) -> dict[str, Any]:
    """Return what has been given out when `plan` stands, as JSON has it for the lab's state."""
    networks = [str(bridge.network) for bridge in plan.bridges]
    own = {key("", bridge.network): str(bridge.address) for bridge in plan.bridges if bridge.address}
    networks_of = {bridge.name: bridge.network for bridge in plan.bridges}
    theirs = {
        key(node.name, networks_of[interface.bridge]): str(address)
        for node in plan.nodes
        for interface in node.interfaces
        for address in interface.invented
    }
    return {
        "networks": list(dict.fromkeys((*before.networks, *networks))),
        "machines": list(dict.fromkeys((*before.machines, *plan.node_names))),
        "invented": {**before.invented, **own, **theirs},
    }


def key(node: str, network: IPNetwork) -> str:
    """Return under which key `invented` has a node's address on a network."""
    return f"{node}@{network}"
