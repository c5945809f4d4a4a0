"""clock_step: the wall clock of the node that serves is an hour ahead for a while, and is then set right again.

Nothing may happen: Corosync, Pacemaker and timers go by clocks that nobody can set. Lab only, with kernel nodes: all
containers have this machine's clock. What the node's journal has of that hour is left out when the run is judged.
"""

import asyncio

from quorate.drill import timers
from quorate.drill.aftermath import at, everybody_back, settles
from quorate.drill.fault import Scene, Setting, no_choice, nothing
from quorate.drill.meaning import Uncovered
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt, Moment
from quorate.machines.host import Command, command
from quorate.machines.waiting import until

NAME = "clock-step"
SORT = "part"
TITLE = "The clock of {node} was an hour ahead"
FLAG = "clock of {node} +1 h"
RETURNED = ""
LEAVES = False
choose = no_choice
prepare = nothing
meaning = Uncovered("it knows no clocks")
TIMER = "clock"
STEP_S = 3600
STAYS_S = 20.0

# What the wall clock showed when the node booted stands for what is right: no step changes the time since then.
BOOTED = "import time; print(time.time_ns() - time.clock_gettime_ns(time.CLOCK_BOOTTIME))"
SET = """\
import sys, time
time.clock_settime_ns(time.CLOCK_REALTIME, int(sys.argv[1]) + time.clock_gettime_ns(time.CLOCK_BOOTTIME))
"""


def obstacle(setting: Setting) -> str:
    """Ask for kernel nodes."""
    return "" if setting.kind == "kernel" else "only kernel nodes of the lab have a clock of their own to set"


def setting_clock(booted_ns: int) -> Command:
    """Return the command that sets the clock to what it shows when the node has booted at that moment."""
    return command("python3", "-c", SET, booted_ns)


async def inject(scene: Scene) -> None:
    """Set it; return when the node says that it is ahead."""
    host = scene.fleet[scene.victim]
    right_ns = int((await host.run(command("python3", "-c", BOOTED))).stdout)
    await timers.guarded(host, TIMER, setting_clock(right_ns))
    await host.run(setting_clock(right_ns + STEP_S * 10**9))

    async def ahead() -> bool | None:
        booted_ns = int((await host.run(command("python3", "-c", BOOTED))).stdout)
        return booted_ns - right_ns > STEP_S * 10**9 // 2 or None

    await until(f"the clock of {scene.victim} is ahead", ahead, timeout_s=10, every_s=0.2)


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Have it stay so, then set it right; wait for as long as the cluster would take to notice something."""
    await asyncio.sleep(STAYS_S)
    await undo(scene)
    scene.event(Moment.NOTE, "clock set right")
    return await settles(scene, client, since_ns)


async def undo(scene: Scene) -> None:
    """Have the timer's command done at once."""
    host = scene.fleet[scene.victim]
    await at(host, timers.firing(TIMER))
    await at(host, timers.cancelling(TIMER))


async def healed(scene: Scene) -> None:
    """Return when every node is a member."""
    await everybody_back(scene)
