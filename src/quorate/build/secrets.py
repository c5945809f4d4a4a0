"""secrets: from a reference in the cluster file to its value, when it is needed. Reads environment and files."""

import os
from pathlib import Path

from quorate.describe.secret import Secret
from quorate.errors import UsageError


def resolve(secret: Secret) -> str:
    """Return the value of a secret; UsageError that names the reference, never a value."""
    if secret.source == "env":
        value = os.environ.get(secret.name)
        if value is None:
            raise UsageError(
                f"the environment variable {secret.name} is not set", f"export {secret.name}=... and try again"
            )
        return value
    try:
        return Path(secret.name).expanduser().read_text().rstrip("\n")
    except OSError as error:
        raise UsageError(
            f"the secret's file {secret.name}: {error.strerror}", "write the secret there, mode 0600"
        ) from error
