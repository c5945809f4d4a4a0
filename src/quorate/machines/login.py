"""Login: where a machine answers SSH and as whom. A shape only, so that rooms beside this one need not be imported.

`quorate.describe.cluster.Ssh` has this shape. Pure.
"""

from typing import Protocol


class Login(Protocol):
    """How to reach a machine.

    port 22 means: what the user's ~/.ssh/config says, else 22. key, known_hosts: paths ("~" allowed), None: the agent
    and the user's own files. jump: "user@host:port", several separated by commas, as in ssh(1) -J.
    """

    @property
    def host(self) -> str:
        """Name or address, or an alias of the user's ~/.ssh/config."""

    @property
    def port(self) -> int:
        """TCP port."""

    @property
    def user(self) -> str:
        """The account to log in to."""

    @property
    def sudo(self) -> bool:
        """Whether commands are run through `sudo -n`."""

    @property
    def key(self) -> str | None:
        """Path of a private key."""

    @property
    def known_hosts(self) -> str | None:
        """Path of a known_hosts file."""

    @property
    def jump(self) -> str | None:
        """Hosts to go through."""


def address(login: Login) -> str:
    """Return the login as people write it: user@host, with the port where it is not 22."""
    host = f"[{login.host}]" if ":" in login.host else login.host
    return f"{login.user}@{host}" + ("" if login.port == 22 else f":{login.port}")
