"""A fencing device of cluster-glue, stonith:external/ipmi.

Why: cluster-glue is no longer developed, and most builds of Pacemaker cannot run its plugins.
What it becomes: fence_ipmilan, whose parameters have other names. Other plugins have no such plain successor.
Source: fence_ipmilan(8); external/ipmi of cluster-glue 1.0.12
"""

from collections.abc import Iterator
from dataclasses import replace

from quorate.adopt.mending import Context, Mended
from quorate.adopt.mends._sets import parameters, plus, renamed, with_parameters
from quorate.dialect.model import Agent, Pair, Primitive, Statement
from quorate.findings import Severity

_NAMES = {"hostname": "pcmk_host_list", "ipaddr": "ip", "userid": "username", "passwd": "password"}


def mend(statement: Statement, _context: Context) -> Iterator[Mended]:
    """Rename the agent and its parameters where all of them are known."""
    if not isinstance(statement, Primitive) or statement.agent is None or statement.agent.standard != "stonith":
        return
    plugin = statement.agent.type
    if not plugin.startswith("external/"):
        return
    said, new = parameters(statement), None
    if plugin == "external/ipmi" and said.keys() <= {*_NAMES, "interface"} and "hostname" in said:
        bare = with_parameters(statement, renamed({**_NAMES, "interface": "lanplus"}))
        bare = with_parameters(bare, _interface)
        new = replace(bare, agent=Agent("stonith", None, "fence_ipmilan"))
        new = new if "interface" in said else plus(new, Pair("lanplus", "0"))
    becomes = "it becomes fence_ipmilan" if new else "no agent is known to take its place as it is"
    yield Mended(Severity.WARNING, f"{statement.id} is a plugin of cluster-glue, {plugin}; {becomes}",
                 "most builds of Pacemaker do not run these plugins any more",
                 "set lanplus=1 where the boards speak IPMI 2.0" if new else "choose one of the fence agents",
                 becomes=new)  # fmt: skip


def _interface(pair: Pair) -> Pair:
    return replace(pair, value="1" if pair.value == "lanplus" else "0") if pair.name == "lanplus" else pair
