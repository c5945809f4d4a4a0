"""What the agents installed on a node say of themselves, by `crm_resource --show-metadata` (crm_resource(8))."""

from collections.abc import Mapping

from quorate.catalog.agents import Agent, parse_metadata
from quorate.describe.resources import AgentName
from quorate.errors import Unknown
from quorate.machines.host import Command, command

MARK = "=== quorate agent "

SCRIPT = f"""for agent; do echo "{MARK}$agent"; crm_resource --show-metadata "$agent" 2>/dev/null || true; echo; done"""


def command_for(*names: str) -> Command:
    """Return one query for all these agents, such as "ocf:heartbeat:IPaddr2" or "stonith:fence_ipmilan"."""
    return command("sh", "-c", SCRIPT, "quorate-metadata", *names)


def parse(output: str, status: int) -> Mapping[str, Agent]:
    """Return the agents by name; those that are not installed there or print no metadata are left out."""
    if status != 0:
        raise Unknown("The agents' metadata are not known: asking for them failed.")
    agents = {}
    for part in output.split(MARK)[1:]:
        name, _, xml = part.partition("\n")
        if "<resource-agent" in xml:
            agents[name] = parse_metadata(xml, AgentName.parse(name))
    return agents
