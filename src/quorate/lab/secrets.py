"""Values for the secret references of a cluster file, so that nothing must be set to try a cluster out.

A reference that is set (an environment variable, a file) gives its value; for one that is not, a random value is
invented once and kept in the lab's directory, readable by root alone. Does I/O (environment, disk).
"""

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from quorate.describe.cluster import Cluster
from quorate.describe.secret import Secret
from quorate.errors import UsageError

PASSWORD_CHARACTERS = 16  # the most an IPMI 2.0 BMC of OpenIPMI's simulator takes
KEY_CHARACTERS = 256  # a Corosync key has 128 bytes at least (corosync-keygen(8))


class Secrets:
    """The lab's secrets, invented ones kept in `path`."""

    def __init__(self, path: Path, keys: Iterable[Secret] = ()) -> None:
        self.path = path
        self.keys = frozenset(keys)

    def value(self, secret: Secret) -> str:
        """Return the value: what the reference says, or else what was invented for this lab."""
        given = _given(secret)
        return given if given is not None else self._invented(secret)

    def is_invented(self, secret: Secret) -> bool:
        """Tell whether the reference is not set and the lab makes up its value."""
        return _given(secret) is None

    def _invented(self, secret: Secret) -> str:
        known: dict[str, str] = json.loads(self.path.read_text()) if self.path.exists() else {}
        name = f"{secret.source} {secret.name}"
        if name not in known:
            size = KEY_CHARACTERS if secret in self.keys else PASSWORD_CHARACTERS
            known[name] = secrets.token_hex(size // 2)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self.path.with_suffix(".new")
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                json.dump(known, file, indent=1)
            fresh.replace(self.path)
        return known[name]


def of_cluster(cluster: Cluster, path: Path) -> Secrets:
    """Return the secrets of a cluster's lab, which knows that its Corosync key must be long."""
    return Secrets(path, [cluster.corosync.key] if cluster.corosync.key else [])


def _given(secret: Secret) -> str | None:
    if secret.source == "env":
        return os.environ.get(secret.name)
    path = Path(secret.name).expanduser()
    if not path.exists():
        return None
    try:
        return path.read_text().rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{secret} can not be read: {error}.", "A secret file holds one line of text.") from error
