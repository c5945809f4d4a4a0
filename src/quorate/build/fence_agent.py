"""fence_agent: a fence agent run by hand on a node, with the parameters of the cluster file. Pure: makes commands.

FenceAgentAPI: parameters on standard input; status 0 is done, or "on" as the answer to `status`, 2 is "off". The
passwords are those that lie on that node (Pacemaker's CIB secrets, or the CIB itself), so that no value travels or is
in an argument vector.
"""

from collections.abc import Callable

from quorate.build.steps.cib_secrets import FOLDER
from quorate.describe.cluster import FenceDevice
from quorate.describe.secret import Secret
from quorate.machines.host import Command

# Each line of the input is a parameter as the agent wants it, or "@parameter file" for one whose value is a secret.
# One that has no such file stands in the CIB in clear text (in_clear.py). printf and read are built into the shell: no
# value is in an argument vector.
ASK = """while IFS= read -r line; do
  case $line in
    @*) name=${line#@} file=${line#* } resource=${line%/*}
        if [ -e "$file" ]; then IFS= read -r value <"$file"
        else value=$(crm_resource --resource "${resource##*/}" --get-parameter "${file##*/}" </dev/null); fi
        printf '%s=%s\\n' "${name%% *}" "$value" ;;
    *) printf '%s\\n' "$line" ;;
  esac
done | timeout "$2" "$1"
"""
STATUSLESS = ("fence_kdump", "fence_watchdog")
# These keep a node from its storage or network, are asked for another's sake, or only hear of a node's death.
POWERLESS = (
    *STATUSLESS,
    *("fence_scsi", "fence_mpath", "fence_heuristics_ping", "fence_dummy"),
    *("fence_brocade", "fence_cisco_mds", "fence_ifmib", "fence_sanbox2"),
)


def agent_of(device: FenceDevice) -> str:
    """Return the name of its agent's program, "fence_ipmilan"."""
    return device.agent.removeprefix("stonith:")


def tells_power(device: FenceDevice) -> bool:
    """Tell whether its agent answers to `status`."""
    return agent_of(device).startswith("fence_") and agent_of(device) not in STATUSLESS


def switches_power(device: FenceDevice) -> bool:
    """Tell whether its agent's `off` takes a node's power."""
    return agent_of(device).startswith("fence_") and agent_of(device) not in POWERLESS


def calling(device: FenceDevice, victim: str, action: str, within_s: int) -> Command:
    """Return the command that has the agent do `action` to `victim`; it ends with the agent's status, 124: too late."""
    plug = str(device.parameters.get("pcmk_host_argument", "plug"))
    given = {
        "action": str(device.parameters.get(f"pcmk_{action}_action", action)),
        "nodename": victim,
        **({} if plug == "none" else {plug: device.victims[victim] or victim}),
    }
    own = {k: v for k, v in device.parameters.items() if not k.startswith("pcmk_") and k not in given}
    lines = [f"{name}={value}" for name, value in given.items()]
    lines += [
        f"@{name} {FOLDER}/{device.id}/{name}" if isinstance(value, Secret) else f"{name}={value}"
        for name, value in own.items()
    ]
    return Command(
        ("sh", "-c", ASK, "quorate-power", f"/usr/sbin/{agent_of(device)}", str(within_s)),
        input="".join(f"{line}\n" for line in lines).encode(),
        secret=True,
        purpose=f"asking {device.id} for the power of {victim}"
        if action == "status"
        else f"switching {victim} {action} through {device.id}",
    )


def reason(device: FenceDevice, status: int, said: str, secret: Callable[[Secret], str]) -> str:
    """Return why an agent failed, by what it printed, without the values of secrets."""
    for value in device.parameters.values():
        if isinstance(value, Secret) and (word := secret(value)):
            said = said.replace(word, "***")
    lines = [line for line in said.splitlines() if line.strip()]
    return "no answer in time" if status == 124 else lines[-1].strip() if lines else f"status {status}"
