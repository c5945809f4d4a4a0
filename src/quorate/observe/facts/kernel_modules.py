"""Whether the running kernel has given modules, or can load them (modprobe(8))."""

from collections.abc import Mapping
from dataclasses import dataclass

from quorate.errors import Unknown
from quorate.machines.host import Command, command

# A module that is loaded, or built in and has parameters, has a directory in /sys; modprobe knows what was built in.
SCRIPT = """uname -r
for module; do
  if [ -d "/sys/module/$module" ]; then echo "$module there"
  elif modprobe --dry-run --quiet "$module"; then echo "$module loadable"
  else echo "$module missing"; fi
done"""


@dataclass(frozen=True, slots=True)
class KernelModules:
    """kernel: the release that runs (uname -r). there: whether each module is loaded, built in or loadable."""

    kernel: str
    there: Mapping[str, bool]


def command_for(*modules: str) -> Command:
    """Return the query; nothing is loaded by it."""
    return command("sh", "-c", SCRIPT, "quorate-modules", *modules)


def parse(output: str, status: int) -> KernelModules:
    """Return the kernel's release and the modules."""
    lines = output.splitlines()
    if status != 0 or not lines:
        raise Unknown("The kernel's modules are not known.")
    words = (line.rpartition(" ") for line in lines[1:])
    return KernelModules(lines[0], {name: state != "missing" for name, _, state in words})
