"""Timers: a change on a node is taken back by the node itself, also when whoever made it is gone (systemd-run(1)).

It is set before the change, and cancelled after the change was taken back. A reboot forgets timer and change.
"""

from quorate.machines.host import Command, Host, command

HEAL_S = 600  # longer than any drill waits
UNIT = "quorate-drill-{name}"


def setting(name: str, heal: Command, after_s: int) -> Command:
    """Return the command that sets it. Its service has started when it is done, so that `firing` waits for it."""
    options = (f"--unit={UNIT.format(name=name)}", f"--on-active={after_s}", "--collect", "--quiet")
    properties = ("--property=Type=oneshot", "--timer-property=AccuracySec=1s")
    return command("systemd-run", *options, *properties, "--", *heal.argv)


def cancelling(name: str) -> Command:
    """Return the command that cancels it."""
    unit = UNIT.format(name=name)
    return command("systemctl", "stop", f"{unit}.timer", f"{unit}.service")


def firing(name: str) -> Command:
    """Return the command that has it done at once and waits for it; it fails where there is no such timer any more."""
    return command("systemctl", "start", f"{UNIT.format(name=name)}.service")


async def guarded(host: Host, name: str, heal: Command) -> None:
    """Set the timer, in place of one that an earlier run has left."""
    await host.run(cancelling(name), check=False)
    await host.run(setting(name, heal, HEAL_S))
