"""How a lab and its nodes are. Values only."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """How a node of the lab is. cut: network cards whose cable is pulled, and "bmc" where its BMC's is.

    bmc: the address of its BMC, if it has one. failed: names of disks that were made to fail.
    """

    name: str
    power: Literal["on", "off"]
    frozen: bool
    address: str
    bmc: str
    cut: tuple[str, ...]
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabStatus:
    """How a lab is. phase: absent, starting (or killed while starting), up."""

    name: str
    phase: Literal["absent", "starting", "up"]
    nodes: tuple[NodeStatus, ...]
