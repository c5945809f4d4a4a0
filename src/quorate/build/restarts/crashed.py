"""crashed: a Corosync that is ended by a signal while the nodes meet is started again, once.

With transport udp Corosync 3.1.7 sometimes aborts when nodes that were just started send each other their first join
messages (one of three nodes in 1 of 64 builds with broadcast, other work beside). Its unit has no Restart=, so that
systemd leaves it down, and the others would be waited for in vain.
"""

from dataclasses import dataclass, field

from quorate.build.step import Note, answer
from quorate.build.want import Want
from quorate.machines.host import Host, command
from quorate.observe.facts import unit_state
from quorate.observe.gathering import gather_about

BY_SIGNAL = frozenset({"signal", "core-dump"})
"""systemd's words for a main process that did not end by itself ($SERVICE_RESULT in systemd.exec(5))."""


@dataclass
class Crashed:
    """Which nodes' Corosync has been started again. for_ever: by node, why it is not started once more, in words."""

    want: Want
    note: Note
    again: set[str] = field(default_factory=set)
    for_ever: dict[str, str] = field(default_factory=dict)

    async def look(self, host: Host) -> None:
        """Start Corosync again on a node where a signal has ended it; the second time note that it is in vain."""
        name = self.want.platforms[host.name].units["corosync"]
        units = await answer(gather_about(host, unit_state, name))
        if not units or units[name].active != "failed" or units[name].result not in BY_SIGNAL:
            return
        how = f"{host.name}: corosync was ended by signal {units[name].exit_status}"
        if host.name in self.again:
            self.for_ever[host.name] = f"{how} twice"
            return
        self.again.add(host.name)
        self.note(f"{how}, and is started again")
        await answer(host.run(command("systemctl", "start", name), check=False))

    async def hopeless(self) -> str | None:
        """Return why the membership is not going to be complete, None where it still can be."""
        return "; ".join(self.for_ever.values()) or None
