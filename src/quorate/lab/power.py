"""A BMC for each node: OpenIPMI's simulator at the file's BMC address, speaking IPMI 2.0 to the real fence_ipmilan.

Each simulator runs in the lab's namespace and in a cgroup of its own, outlives the command that started it, and presses
the node's power button (chassis.py). Passwords stand only in its configuration, readable by root alone. Does I/O.

Sources: ipmi_sim(1), ipmi_lan(5), ipmi_sim_cmd(5). `chassis_control` is not described there: the program is called with
`get power` (prints power:0 or power:1), `set power 0|1`, `set reset 1`, `set shutdown 1`, and waited for.
"""

import asyncio
import os
import time
from collections.abc import Callable
from ipaddress import ip_interface
from pathlib import Path

from quorate.describe.cluster import IPAddress
from quorate.describe.secret import Secret
from quorate.errors import NeverComes, TimedOut, UsageError
from quorate.lab import boot, cgroup, network, papers, processes
from quorate.lab.bmcs import Bmc
from quorate.lab.places import Places, namespace_path
from quorate.lab.plan import LabNode, LabPlan

# A management controller with nothing but a chassis and an empty event log (ipmi_sim_cmd(5)).
EMULATION = """\
mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr
sel_enable 0x20 1000 0x0a
mc_enable 0x20
"""
CONFIGURATION = """\
name "{name}"
set_working_mc 0x20
  startlan 1
    addr {address} {port}
    priv_limit admin
    allowed_auths_callback none md2 md5 straight
    allowed_auths_user none md2 md5 straight
    allowed_auths_operator none md2 md5 straight
    allowed_auths_admin none md2 md5 straight
    guid a123456789abcdefa123456789abcdef
  endlan
  chassis_control "{button}"
  user 1 true "" "" user 10 none md2 md5 straight
  user 2 true "{user}" "{password}" admin 10 none md2 md5 straight
"""
NAME_CHARACTERS = 16
ASF_PING = bytes.fromhex("0600ff06 000011be 80000000")  # RMCP presence ping: IPMI 2.0 specification, 13.2.3
ANSWER_TIMEOUT_S = 10.0
MARK = "bmc"  # among the marks of cables that are pulled, which are called as network cards


def configuration(node: LabNode, bmc: Bmc, directory: Path, secret: Callable[[Secret], str]) -> str:
    """Return the simulator's configuration (ipmi_lan(5)); it holds the password. UsageError if that can not be."""
    button = papers.button(directory)
    script = f"{button[0]} -S {directory / 'button.py'} {directory}"
    return CONFIGURATION.format(
        name=node.name[:NAME_CHARACTERS],
        address=bmc.address,
        port=bmc.port,
        button=script,
        user=_word(bmc, "user", bmc.user, secret),
        password=_word(bmc, "password", bmc.password or "", secret),
    )


def check(plan: LabPlan, secret: Callable[[Secret], str]) -> None:
    """Raise UsageError when a BMC can not have the user or password that the file gives it."""
    for node in plan.nodes:
        if node.bmc is not None:
            _word(node.bmc, "user", node.bmc.user, secret)
            _word(node.bmc, "password", node.bmc.password or "", secret)


def _word(bmc: Bmc, what: str, given: str | Secret, secret: Callable[[Secret], str]) -> str:
    value = secret(given) if isinstance(given, Secret) else given
    if len(value.encode()) > NAME_CHARACTERS or any(c.isspace() or c == '"' for c in value):
        raise UsageError(
            f"The lab's BMC for {bmc.device} can not have this {what}.",
            f"At most {NAME_CHARACTERS} bytes, without blanks and quotes; leave the reference unset for a made-up one.",
        )
    return value


async def start(plan: LabPlan, node: LabNode, places: Places, secret: Callable[[Secret], str]) -> None:
    """Start the BMC of `node` and wait until it answers; nothing happens for a node without one, or if it runs."""
    if node.bmc is None or cgroup.is_populated(cgroup.lab_groups(plan.name)[0] / f"bmc-{node.name}"):
        return
    directory = places.bmc(node.name)
    directory.mkdir(parents=True, exist_ok=True)
    (places.node(node.name) / "button.py").write_text(boot.BUTTON + "\n")
    (directory / "emulation").write_text(EMULATION)
    _write_secret(directory / "lan.conf", configuration(node, node.bmc, places.node(node.name), secret))
    groups = ":".join(str(group / f"bmc-{node.name}") for group in cgroup.lab_groups(plan.name))
    simulator = ["ipmi_sim", "-c", str(directory / "lan.conf"), "-f", str(directory / "emulation")]
    simulator += ["-s", str(directory / "state"), "-n"]
    detach = papers.button(places.node(node.name), "detach", str(directory / "log"), groups, *simulator)
    inside = ["nsenter", f"--net={namespace_path(plan.namespace)}"]
    await processes.run(*inside, *detach, environment=papers.environment())
    await answers(plan, node.bmc, cgroup.lab_groups(plan.name)[0] / f"bmc-{node.name}", directory / "log")


async def answers(plan: LabPlan, bmc: Bmc, group: Path, log: Path) -> None:
    """Wait until a BMC answers a presence ping; NeverComes if its program has ended, TimedOut after ten seconds."""
    deadline = time.monotonic() + ANSWER_TIMEOUT_S
    while not await ping(plan.namespace, bmc.address, bmc.port):
        if not cgroup.is_populated(group):
            raise NeverComes(f"The BMC simulator at {bmc.address} ended: {_last_words(log)}", f"Its log is {log}.")
        if time.monotonic() > deadline:
            raise TimedOut(f"The BMC at {bmc.address} does not answer.", f"Its log is {log}.")


async def ping(namespace: str, address: IPAddress, port: int, timeout_s: float = 0.1) -> bool:
    """Tell whether a BMC answers at this address, seen from the namespace."""
    with network.open_socket(namespace, network.family_of(address), network.DATAGRAM) as probe:
        probe.setblocking(False)
        loop = asyncio.get_running_loop()
        try:
            await loop.sock_connect(probe, (str(address), port))
            await loop.sock_sendall(probe, ASF_PING)
            async with asyncio.timeout(timeout_s):
                return bool(await loop.sock_recv(probe, 64))
        except (OSError, TimeoutError):
            await asyncio.sleep(0.02)  # refused at once: nobody listens yet
            return False


def plug(plan: LabPlan, node: LabNode, places: Places, *, up: bool) -> None:
    """Plug the cable of a node's BMC in or pull it out: the simulator runs on, its address is not there."""
    if node.bmc is None:
        raise UsageError(f"Node {node.name} has no BMC.", "`fencing: {ipmi: ADDRESS}` gives it one.")
    mark = places.node(node.name) / "cut" / MARK
    bridge = next(one for one in plan.bridges if one.name == node.bmc.bridge)
    address = ip_interface(f"{node.bmc.address}/{bridge.network.prefixlen}")
    if up:
        mark.unlink(missing_ok=True)
    else:
        mark.touch()
    network.set_address(plan.namespace, bridge.name, address, up=up)


async def press(plan: LabPlan, node: LabNode, places: Places, *words: str) -> str:
    """Press a node's power button by hand, as its BMC does."""
    inside = ["nsenter", f"--net={namespace_path(plan.namespace)}"]
    call = papers.button(places.node(node.name), *words)
    return await processes.run(*inside, *call, environment=papers.environment())


def _last_words(log: Path) -> str:
    return log.read_text(errors="replace").strip()[-300:] if log.exists() else "it said nothing"


def _write_secret(path: Path, content: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
