"""secrets: from a reference in the cluster file to its value, when it is needed. Reads environment and files."""

import os
from pathlib import Path

from quorate.describe.secret import Secret
from quorate.errors import UsageError


def resolve(secret: Secret) -> str:
    """Return the value of a secret; UsageError that names the reference, never a value.

    A text file's last line break is no part of it. A file that is not text (a key of corosync-keygen(8)) is taken to
    the last byte: `to_bytes` gives back exactly what is in it.
    """
    if secret.source == "env":
        value = os.environ.get(secret.name)
        if value is None:
            raise UsageError(
                f"the environment variable {secret.name} is not set", f"export {secret.name}=... and try again"
            )
        return value
    try:
        content = Path(secret.name).expanduser().read_bytes()
    except OSError as error:
        raise UsageError(
            f"the secret's file {secret.name}: {error.strerror}", "write the secret there, mode 0600"
        ) from error
    return from_bytes(content)


def from_bytes(content: bytes) -> str:
    """Return a file's content as a secret's value; bytes that are no text are kept as lone surrogates (PEP 383)."""
    try:
        return content.decode().rstrip("\n")
    except UnicodeDecodeError:
        return content.decode(errors="surrogateescape")


def to_bytes(value: str) -> bytes:
    """Return the bytes that a secret's value stands for."""
    return value.encode(errors="surrogateescape")
