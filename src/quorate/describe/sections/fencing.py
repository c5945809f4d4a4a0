"""The section `fencing`: IPMI boards, other devices, levels and delays. Pure."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from quorate.describe.fields import Duration, Flag, Line, Name, Parameter, Port, ResourceName, SecretReference, Text
from quorate.describe.mismatch import wrong_type
from quorate.describe.reader import one_of, pattern, whole
from quorate.describe.sections.section import Section

AgentFile = Annotated[
    str,
    pattern(
        r"fence_[A-Za-z0-9_-]+",
        "a fence agent such as fence_apc",
        why="fence agents are programs called fence_SOMETHING; older STONITH plugins are not supported",
        fix="write the agent's program name; `ls /usr/sbin/fence_*` lists those installed",
    ),
]


class IpmiDefaults(Section):
    """Settings of IPMI boards (fence_ipmilan(8))."""

    user: Line | None = Field(None, description="user of the board")
    password: SecretReference | None = Field(None, description="password of the board: {env: NAME} or {file: PATH}")
    lanplus: Flag | None = Field(None, description="IPMI 2.0, RMCP+ (default true)")
    cipher: Annotated[int, whole(0, 17, "a cipher suite")] | None = Field(
        None,
        description="cipher suite of RMCP+ (default 3, which every IPMI 2.0 board has; 17 for boards that refuse it)",
    )
    method: Literal["onoff", "cycle"] | None = Field(None, description="how a node is power-cycled (default onoff)")
    power_wait: Duration | None = Field(None, description="pause after switching off or on")
    port: Port | None = Field(None, description="UDP port of the board (default 623)")
    parameters: dict[Name, Parameter] = Field({}, description="any further parameter of fence_ipmilan")


class Ipmi(IpmiDefaults):
    """The IPMI board of one node; what is left out comes from `fencing.ipmi`."""

    address: Line = Field(description="address or name of the board")


def _victims(value: Any) -> str:
    return "<list>" if isinstance(value, list | tuple) else "<mapping>"


def _list_or_mapping(value: Any) -> Any:
    if not isinstance(value, list | tuple | dict):
        raise wrong_type("a list of nodes, or a mapping from node to port (plug)", value)
    return value


Victims = Annotated[
    Annotated[tuple[Name, ...], Tag("<list>"), Field(min_length=1)]
    | Annotated[dict[Name, Text], Tag("<mapping>"), Field(min_length=1)],
    Discriminator(_victims),
    BeforeValidator(_list_or_mapping),
]


class Device(Section):
    """A fencing device that is not a node's own IPMI board."""

    agent: AgentFile = Field(description="its fence agent, e.g. fence_apc")
    parameters: dict[Name, Parameter] = Field({}, description="the agent's parameters, by its own names")
    nodes: Victims = Field(description="the nodes it fences: a list, or a mapping from node to port (plug)")
    delay: Duration | None = Field(None, description="wait this long before fencing (pcmk_delay_base)")
    delay_max: Duration | None = Field(None, description="and up to this much longer, at random (pcmk_delay_max)")
    monitor: Duration | None = Field(None, description="interval of its monitor operation (default 60s)")


class Delay(Section):
    """Which node wins when two nodes fence each other at the same moment."""

    favour: Name = Field(description="the node whose fencing is delayed, so that it survives")
    by: Duration = Field(2.0, description="the delay (default 2s)")


Level = Annotated[tuple[ResourceName, ...], Field(min_length=1), one_of(str)]


class Fencing(Section):
    """Fencing (STONITH): how a node that no longer answers is made harmless."""

    enabled: Flag | None = Field(None, description="stonith-enabled (default true)")
    ipmi: IpmiDefaults | None = Field(None, description="settings common to the nodes' IPMI boards")
    devices: dict[ResourceName, Device] = Field({}, description="fencing devices other than the nodes' own boards")
    levels: dict[Name, Annotated[tuple[Level, ...], Field(min_length=1, max_length=9)]] = Field(
        {}, description="for a node, the devices to try in order; a list within the list is used together"
    )
    delay: Delay | None = Field(None, description="the delay against a fencing race of two nodes")
    priority_delay: Duration | None = Field(None, description="priority-fencing-delay (default 5s with two nodes)")
    action: Literal["reboot", "off"] | None = Field(None, description="stonith-action (default reboot)")
    timeout: Duration | None = Field(None, description="stonith-timeout (default 60s)")
    max_attempts: Annotated[int, whole(1, 1000, "a number of attempts")] | None = Field(
        None, description="stonith-max-attempts (default 10)"
    )
    concurrent: Flag | None = Field(None, description="concurrent-fencing (default true)")
    watchdog_timeout: Duration | None = Field(None, description="stonith-watchdog-timeout (default 0s: no watchdog)")
