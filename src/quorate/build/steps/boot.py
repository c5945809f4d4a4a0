"""boot: Corosync and Pacemaker start when the host boots, qnetd on the quorum device's; what Pacemaker runs does not.

A service that systemd starts on a node where Pacemaker wants it stopped runs twice (document 001, "services not started
at boot"; bug 1372616 corrupted a Galera node that way). A node that was fenced has to come back by itself.
"""

from collections.abc import Iterable, Iterator, Mapping

from quorate.build.change import Change, Deed, Effect, Run, Thing
from quorate.build.step import States
from quorate.build.want import Want
from quorate.findings import Finding
from quorate.machines.host import Host, command
from quorate.observe.facts import unit_state
from quorate.observe.gathering import gather_about

TITLE = "boot"
STOP_S = 300

# A mask hides whether a unit starts at boot, and systemctl disables nothing that is masked; so units are disabled when
# the mask is gone. They may not be there at all: systemctl masks what does not exist.
UNMASK = """systemctl unmask --runtime $1
for unit in $2; do
  if systemctl cat "$unit" >/dev/null 2>&1; then systemctl disable "$unit"; fi
done"""


def kept_off(want: Want, name: str) -> tuple[str, ...]:
    """Return the units that Pacemaker runs on this node, and qdevice where there is no quorum device (any more)."""
    if want.is_witness(name):
        return ()
    platform = want.platforms[name]
    device = () if want.witness else (platform.units["qdevice"],)
    return (*device, *(unit for service in want.services_on(name).values() for unit in service.units(platform)))


def started(want: Want, name: str) -> tuple[str, ...]:
    """Return the units that start at boot."""
    platform = want.platforms[name]
    if want.is_witness(name):
        return (platform.units["qnetd"],)
    device = (platform.units["qdevice"],) if want.witness else ()
    return (platform.units["corosync"], platform.units["pacemaker"], *device)


async def look(host: Host, want: Want) -> Mapping[str, unit_state.Unit]:
    """Return the state of every unit that matters, by name."""
    return await gather_about(host, unit_state, *started(want, host.name), *kept_off(want, host.name))


def changes(facts: Mapping[str, unit_state.Unit], want: Want, name: str) -> Iterator[Change | Finding]:
    """Yield masks to take away, and units to enable or disable."""
    masked = sorted({state.name for state in facts.values() if state.enabled == "masked-runtime"})
    if masked:
        hidden = [unit for unit in kept_off(want, name) if facts[unit].name in masked]
        unmask = command("sh", "-c", UNMASK, "quorate-unmask", " ".join(masked), " ".join(hidden))
        yield Change(name, TITLE, f"let {', '.join(masked)} be started again", (Run(unmask),), things=_changed(masked))
    on = [unit for unit in started(want, name) if not facts[unit].starts_at_boot]
    if on:
        enable = Run(command("systemctl", "enable", *on))
        yield Change(name, TITLE, f"start {', '.join(on)} at boot", (enable,), things=_changed(on))
    off = [unit for unit in kept_off(want, name) if facts[unit].starts_at_boot]
    yield from _stopped(facts, want, name, off)
    if off:
        disable = Run(command("systemctl", "disable", *off))
        yield Change(name, TITLE, f"keep {', '.join(off)} from starting at boot", (disable,), things=_changed(off))


def _changed(units: Iterable[str]) -> tuple[tuple[Thing, Deed], ...]:
    return tuple((Thing("unit", unit.removesuffix(".service")), Deed.CHANGED) for unit in units)


def things(facts: Mapping[str, unit_state.Unit], want: Want, name: str) -> States:
    """Return the units, and whether they start at boot."""
    units = (*started(want, name), *kept_off(want, name))
    return {Thing("unit", unit.removesuffix(".service")): facts[unit].enabled for unit in units}


def _stopped(facts: Mapping[str, unit_state.Unit], want: Want, name: str, off: list[str]) -> Iterator[Change]:
    """Yield the end of what systemd started at boot, with settings not of the cluster, before Pacemaker is there.

    What Pacemaker runs is not touched, nor what a person started: that does not start at boot. DRBD's unit has all
    devices of the host, and storage (the step) sees to ours.
    """
    units = want.platforms[name].units
    if units["pacemaker"] not in facts or facts[units["pacemaker"]].is_active:
        return
    others = {units["drbd"], units["qdevice"]}
    running = [unit for unit in off if facts[unit].active in {"active", "activating"} and unit not in others]
    if running:
        stop = Run(command("systemctl", "stop", *running), timeout_s=STOP_S)
        words = f"stop {', '.join(running)}, which systemd started: Pacemaker will, with the cluster file's settings"
        yield Change(name, TITLE, words, (stop,), Effect.RESTART, things=_changed(running))
