"""account: what a client that writes logs in with, made for one drill."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from quorate.machines.host import Host

Serving = Callable[[], Awaitable[Host]]  # the node that serves now


@dataclass(frozen=True, slots=True)
class Account:
    """A name and a password; the password is never shown."""

    user: str
    password: str = field(repr=False)
