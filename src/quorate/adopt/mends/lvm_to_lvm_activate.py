"""ocf:heartbeat:LVM activates a volume group.

Why: the agent is deprecated, and Debian's resource-agents have LVM-activate in its place.
What it becomes: LVM-activate. With `exclusive=true` the old agent tagged the group with the node's name, which is the
access mode `tagging` of the new one; without it the group was active everywhere, and only you know what is meant.
Source: ocf_heartbeat_LVM-activate(7), vg_access_mode
"""

from collections.abc import Iterator
from dataclasses import replace

from quorate.adopt.mending import Context, Mended
from quorate.adopt.mends._sets import parameters, plus, renamed, with_parameters
from quorate.dialect.model import Agent, NvSet, Pair, Primitive, Statement
from quorate.findings import Severity


def mend(statement: Statement, _context: Context) -> Iterator[Mended]:
    """Rename the agent and its parameters where the group is activated on one node."""
    if not isinstance(statement, Primitive) or str(statement.agent) != "ocf:heartbeat:LVM":
        return
    said = parameters(statement)
    certain = said.get("exclusive", "").lower() in {"true", "yes", "1"} and said.keys() == {"volgrpname", "exclusive"}
    new = None
    if certain:
        bare = with_parameters(statement, renamed({"volgrpname": "vgname"}))
        body = tuple(_without(part, "exclusive") if isinstance(part, NvSet) else part for part in bare.body)
        new = plus(
            replace(bare, agent=Agent("ocf", "heartbeat", "LVM-activate"), body=body),
            Pair("vg_access_mode", "tagging"),
            Pair("activation_mode", "exclusive"),
        )
    becomes = "it becomes LVM-activate with vg_access_mode=tagging" if certain else "LVM-activate takes its place"
    fix = (
        "see that lvm.conf has volume_list with the node's tag, as the old agent needed it; system_id is simpler"
        if certain
        else "write ocf:heartbeat:LVM-activate with vgname, and the vg_access_mode that the group is kept by"
    )
    yield Mended(Severity.WARNING, f"{statement.id} is run by ocf:heartbeat:LVM; {becomes}",
                 "the agent is deprecated, and later resource-agents lack it", fix, becomes=new)  # fmt: skip


def _without(part: NvSet, name: str) -> NvSet:
    return replace(part, pairs=tuple(pair for pair in part.pairs if pair.name != name))
