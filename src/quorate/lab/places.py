"""Places: the paths and names of one lab, all derived from the lab's name, so that leftovers are found by name.

    ROOT/images/DIGEST/          a root directory, or the disk of kernel nodes (root.ext4); shared by all labs
    ROOT/labs/NAME.lock          held while the lab is taken up or down
    ROOT/labs/NAME/lab.json      what the lab is: phase, plan's digest, image
    ROOT/labs/NAME/key, key.pub, known_hosts, secrets.json
    ROOT/labs/NAME/nodes/NODE/   upper or root.cow (its disk), console.log, chassis.json (what its power button needs)
    ROOT/labs/NAME/disks, nodes/NODE/disks   disks of kernel nodes: those that all share, and a node's own
    ROOT/labs/NAME/shared/PATH   directories that are the same on every node
    ROOT/labs/NAME/bmc/NODE/     its BMC's configuration and log

Pure: paths only, nothing is read or made here.
"""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/var/lib/quorate/lab")
NETNS = Path("/run/netns")


@dataclass(frozen=True, slots=True)
class Places:
    """Where one lab keeps what it has. root: where all labs and images are."""

    root: Path
    name: str

    @property
    def images(self) -> Path:
        """Root directories of nodes, shared by all labs."""
        return self.root / "images"

    @property
    def directory(self) -> Path:
        """Everything of this lab; removed when it is taken down."""
        return self.root / "labs" / self.name

    @property
    def lock(self) -> Path:
        """Locked while the lab is taken up or down."""
        return self.root / "labs" / f"{self.name}.lock"

    @property
    def state(self) -> Path:
        """What the lab is, as JSON."""
        return self.directory / "lab.json"

    @property
    def client_key(self) -> Path:
        """The private key that every node accepts for root."""
        return self.directory / "key"

    @property
    def authorized(self) -> Path:
        """The public key to that."""
        return self.directory / "key.pub"

    @property
    def known_hosts(self) -> Path:
        """The nodes' host keys, by every address and name they have."""
        return self.directory / "known_hosts"

    @property
    def secrets(self) -> Path:
        """Values invented for secret references that were not set."""
        return self.directory / "secrets.json"

    def node(self, name: str) -> Path:
        """The directory of one node."""
        return self.directory / "nodes" / name

    def bmc(self, node: str) -> Path:
        """The directory of a node's BMC."""
        return self.directory / "bmc" / node


def namespace_path(namespace: str) -> Path:
    """Return where a named network namespace is mounted (ip-netns(8))."""
    return NETNS / namespace
