"""What agents say of themselves: parameters, operations and advised timeouts, from their metadata. Pure.

`parse_metadata` reads the XML that every OCF, LSB, systemd and fence agent prints on `meta-data` (OCF Resource
Agent API 1.0 and 1.1, and the fence agents' dialect of it). `AgentLibrary` answers by agent name: from the facts
shipped with quorate (agents.json, written by tools/shipped_agents.py), from what was gathered on hosts, and for
systemd and LSB, which have no metadata of their own, from what Pacemaker itself assumes.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from lxml import etree

from quorate import duration
from quorate.describe.resources import AgentName, Role

_ROLES: Mapping[str, Role] = {
    "promoted": "Promoted",
    "master": "Promoted",  # the words of OCF 1.0 agents, still in use
    "unpromoted": "Unpromoted",
    "slave": "Unpromoted",
    "started": "Started",
    "stopped": "Stopped",
}
_TRUE = {"1", "true", "yes", "on"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an agent.

    type: as the agent says: string, integer, boolean, select, time, second, password ...
    choices: the values of a select. replaced_by: set on a deprecated name whose successor the agent names.
    """

    name: str
    required: bool = False
    unique: bool = False
    type: str = "string"
    default: str | None = None
    deprecated: bool = False
    replaced_by: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """One operation an agent offers, with the interval and timeout it advises (None: it says nothing)."""

    name: str
    timeout_s: float | None = None
    interval_s: float | None = None
    role: Role | None = None
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent's metadata."""

    name: AgentName
    version: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=lambda: MappingProxyType({}))
    actions: tuple[Action, ...] = ()

    def actions_named(self, name: str) -> tuple[Action, ...]:
        """Return every action of that name (monitor may stand there once per role or depth), in the agent's order."""
        return tuple(action for action in self.actions if action.name == name)

    def action(self, name: str, role: Role | None = None) -> Action | None:
        """Return the action of that name for `role`, else the one without a role, else any of that name."""
        named = self.actions_named(name)
        for wanted in (role, None):
            for action in named:
                if action.role == wanted:
                    return action
        return named[0] if named else None

    def must_be_given(self) -> tuple[str, ...]:
        """Return the parameters without which it cannot run: required, no default, not deprecated.

        `action`, `port` and `plug` of fence agents are supplied by Pacemaker's fencer for each request.
        """
        supplied = {"action", "port", "plug"} if self.name.standard == "stonith" else set()
        return tuple(
            p.name
            for p in self.parameters.values()
            if p.required and not p.default and not p.deprecated and p.name not in supplied
        )


def parse_metadata(xml: str, name: AgentName) -> Agent:
    """Read an agent's metadata. Lenient as agents are: broken XML is recovered, unknown elements are passed over.

    Raises ValueError where there is no <resource-agent> element at all.
    """
    parser = etree.XMLParser(recover=True, resolve_entities=False, load_dtd=False, no_network=True)
    start = xml.find("<")  # some agents print warnings first
    root = etree.fromstring(xml[start:].encode() if start >= 0 else b"<nothing/>", parser)
    if root is None or root.tag != "resource-agent":
        raise ValueError(f"{name}: no <resource-agent> in what the agent printed")
    version = root.get("version") or root.findtext("version") or ""
    parameters = {p.name: p for p in map(_parameter, root.iterfind("parameters/parameter")) if p.name}
    return Agent(
        name=name,
        version=version.strip(),
        parameters=MappingProxyType(_with_successors(parameters, root)),
        actions=tuple(_action(a) for a in root.iterfind("actions/action") if a.get("name")),
    )


def _parameter(element: Any) -> Parameter:
    content = element.find("content")
    default = content.get("default") if content is not None else None
    return Parameter(
        name=element.get("name", "").strip(),
        required=element.get("required", "0").lower() in _TRUE,
        unique=element.get("unique", "0").lower() in _TRUE or bool(element.get("unique-group")),
        type=(content.get("type") if content is not None else None) or "string",
        default=default,
        deprecated=element.get("deprecated", "0").lower() in _TRUE or element.find("deprecated") is not None,
        choices=tuple(o.get("value", "") for o in content.iterfind("option")) if content is not None else (),
    )


def _with_successors(parameters: dict[str, Parameter], root: Any) -> dict[str, Parameter]:
    for element in root.iterfind("parameters/parameter[@obsoletes]"):
        old = parameters.get(element.get("obsoletes"))
        if old is not None and old.name != element.get("name"):
            parameters[old.name] = Parameter(
                old.name, old.required, old.unique, old.type, old.default, True, element.get("name"), old.choices
            )
    return parameters


def _action(element: Any) -> Action:
    depth = element.get("depth", "")
    return Action(
        name=element.get("name").strip(),
        timeout_s=duration.seconds(element.get("timeout", "")),
        interval_s=duration.seconds(element.get("interval", "")),
        role=_ROLES.get(element.get("role", "").lower()),
        depth=int(depth) if depth.isdigit() else None,
    )


def as_record(agent: Agent) -> dict[str, Any]:
    """Return an agent as plain values for agents.json; whatever has its default is left out."""
    record: dict[str, Any] = {"version": agent.version, "parameters": {}, "actions": []}
    for p in agent.parameters.values():
        plain = Parameter(p.name)
        record["parameters"][p.name] = {
            key: list(value) if isinstance(value, tuple) else value
            for key in ("required", "unique", "type", "default", "deprecated", "replaced_by", "choices")
            if (value := getattr(p, key)) != getattr(plain, key)
        }
    for a in agent.actions:
        named = {"timeout_s": a.timeout_s, "interval_s": a.interval_s, "role": a.role, "depth": a.depth}
        record["actions"].append({"name": a.name} | {key: v for key, v in named.items() if v is not None})
    return record


def from_record(name: AgentName, record: Mapping[str, Any]) -> Agent:
    """Return the agent that `as_record` wrote."""
    parameters = {
        key: Parameter(key, **(facts | {"choices": tuple(facts.get("choices", ()))}))
        for key, facts in record["parameters"].items()
    }
    return Agent(
        name=name,
        version=record["version"],
        parameters=MappingProxyType(parameters),
        actions=tuple(Action(**facts) for facts in record["actions"]),
    )


# What Pacemaker assumes for classes whose units have no metadata (Pacemaker 2.1.5: lib/services/systemd.c,
# lib/lrmd/lrmd_client.c lsb_meta_template; timeouts in seconds).
_ASSUMED: Mapping[str, tuple[Action, ...]] = {
    "systemd": (
        Action("start", 100),
        Action("stop", 100),
        Action("status", 100),
        Action("monitor", 100, 60),
    ),
    "lsb": (
        Action("start", 15),
        Action("stop", 15),
        Action("status", 15),
        Action("monitor", 15, 15),
    ),
}


class AgentLibrary:
    """Agents by name. Immutable: `with_agents` returns a larger library."""

    def __init__(self, records: Mapping[str, Mapping[str, Any]], agents: Mapping[str, Agent]) -> None:
        self._records = records
        self._agents = dict(agents)  # also remembers what was read from a record

    @classmethod
    def shipped(cls) -> "AgentLibrary":
        """Return what quorate ships: all ocf:heartbeat, ocf:pacemaker and fence agents of Debian 12."""
        return cls(_shipped_records()["agents"], {})

    def with_agents(self, agents: Iterable[Agent]) -> "AgentLibrary":
        """Return a library that also knows `agents`; they win over what was known under their names."""
        return AgentLibrary(self._records, self._agents | {str(agent.name): agent for agent in agents})

    def get(self, name: AgentName) -> Agent | None:
        """Return the agent called `name`, or None where nothing is known of it."""
        key = str(name)
        if key not in self._agents and key in self._records:
            self._agents[key] = from_record(name, self._records[key])
        if key not in self._agents and name.standard in {"systemd", "lsb", "service"}:
            return Agent(name, actions=_ASSUMED["lsb" if name.standard == "lsb" else "systemd"])
        return self._agents.get(key)

    def advised(self, name: str) -> tuple[Action, ...]:
        """Return the operations of the agent called `name`; none where nothing is known of it, or it is no name."""
        try:
            agent = self.get(AgentName.parse(name))
        except ValueError:
            return ()
        return () if agent is None else agent.actions

    def names(self) -> list[str]:
        """Return the names of all agents known, sorted."""
        return sorted(self._records.keys() | self._agents.keys())


def shipped_version() -> str:
    """Say which distribution and package versions agents.json was made from."""
    return str(_shipped_records()["made_from"])


def fencer_parameters() -> Mapping[str, Parameter]:
    """Return the pcmk_* parameters that Pacemaker's fencer adds to every fence agent (pacemaker-fenced(7))."""
    return _daemon_parameters("fenced")


def cluster_properties() -> Mapping[str, Parameter]:
    """Return the cluster properties Pacemaker 2.1 knows (metadata of its controller, scheduler and CIB manager)."""
    return {name: p for daemon in ("based", "controld", "schedulerd") for name, p in _daemon_parameters(daemon).items()}


def _daemon_parameters(daemon: str) -> Mapping[str, Parameter]:
    record = _shipped_records()["daemons"][daemon]
    return from_record(AgentName("pacemaker", None, daemon), record).parameters


@cache
def _shipped_records() -> dict[str, Any]:
    text = resources.files("quorate.catalog").joinpath("agents.json").read_text("utf-8")
    records: dict[str, Any] = json.loads(text)
    return records
