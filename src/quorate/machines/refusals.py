"""Refusals: what a machine's answer means, in words, and what to do next.

In: an exception of asyncssh or of the sockets, or a command's status and error text. Out: one of errors.py. Pure.
"""

import re
import shlex
import socket
from pathlib import Path

import asyncssh

from quorate.errors import CommandFailed, HostUnreachable, QuorateError
from quorate.machines.host import Completed
from quorate.machines.login import Login, address

SUDO_REFUSALS = (
    "a password is required",
    "a terminal is required",
    "must have a tty",
    "is not in the sudoers file",
    "not allowed to",
)

HINTS = {
    "No space left on device": "The disk is full: look with `df -h` and `df -i` on the node and free some space.",
    "Disk quota exceeded": "The account's disk quota is used up on the node.",
    "Read-only file system": "A file system is mounted read-only there, often after a disk error: see `dmesg`.",
    "Permission denied": "Log in as root, or write `ssh: {sudo: true}` for an account that may use sudo.",
    "the content was cut off": "The connection broke while the file was sent; the old file is untouched. Try again.",
}


def of_connection(error: BaseException, name: str, login: Login, known_hosts: Path, fingerprint: str) -> QuorateError:
    """Return the error for a connection that could not be made.

    fingerprint: of the host key that was presented and not known, "" if it did not come to that.
    """
    where = f"{name} ({address(login)})"
    try_it = f"Try it by hand: {ssh_command(login, known_hosts)}"
    if isinstance(error, asyncssh.HostKeyNotVerifiable | asyncssh.KeyExchangeFailed):
        return _host_key(error, where, login, known_hosts, fingerprint)
    if isinstance(error, OSError):
        return _socket(error, where, name, login, try_it)
    if isinstance(error, asyncssh.PermissionDenied):
        key = f"the key {login.key}" if login.key else "any key of your SSH agent or ~/.ssh"
        copy = f"ssh-copy-id {f'-i {login.key} ' if login.key else ''}-p {login.port} {login.user}@{login.host}"
        return HostUnreachable(f"{where} accepts none of the keys offered: not {key}.", f"Allow it: {copy}")
    if isinstance(error, asyncssh.ChannelOpenError):
        return HostUnreachable(f"The jump host {login.jump} cannot reach {where}: {error.reason}.", try_it)
    return HostUnreachable(f"{where} closed the connection before the login was done: {error}.", try_it)


def _socket(error: OSError, where: str, name: str, login: Login, try_it: str) -> HostUnreachable:
    if isinstance(error, socket.gaierror):
        hint = "Write an address (ssh: {host: ADDRESS}), or add the name to /etc/hosts or DNS."
        return HostUnreachable(f"The name {login.host} of {name} cannot be resolved: {error.strerror}.", hint)
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return HostUnreachable(f"{where} closed the connection before the login was done.", try_it)
    if isinstance(error, ConnectionRefusedError):
        hint = "Is the SSH server running there, on this port? On its console: systemctl status ssh (or sshd)."
        return HostUnreachable(f"{where} refuses the connection.", hint)
    if isinstance(error, TimeoutError):
        hint = f"Is it powered on, and does a firewall let TCP port {login.port} through? {try_it}"
        return HostUnreachable(f"{where} did not answer in time.", hint)
    return HostUnreachable(f"{where} cannot be reached: {error.strerror or error}.", try_it)


def _host_key(error: Exception, where: str, login: Login, known_hosts: Path, fingerprint: str) -> QuorateError:
    if "revoked" in str(error):
        return HostUnreachable(f"The host key of {where} is revoked in {known_hosts}.", "Do not connect to it.")
    if isinstance(error, asyncssh.KeyExchangeFailed) and "host key" not in str(error).lower():
        return HostUnreachable(
            f"{where} and this machine agree on no SSH algorithm: {error}.", "Update its SSH server."
        )
    offered = f" It shows {fingerprint}." if fingerprint else ""
    entry = login.host if login.port == 22 else f"[{login.host}]:{login.port}"
    if _has_entry(known_hosts, login):
        return HostUnreachable(
            f"The host key of {where} is not the one in {known_hosts}.{offered} The machine was installed anew, or "
            "something else answers at its address.",
            f"If it was installed anew, forget the old key: "
            f"{shlex.join(['ssh-keygen', '-f', str(known_hosts), '-R', entry])}, "
            f"then accept the new one: {ssh_command(login, known_hosts)}",
        )
    return HostUnreachable(
        f"The host key of {where} is unknown.{offered}",
        "Compare it with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the node's console, then accept it: "
        + ssh_command(login, known_hosts),
    )


def _has_entry(known_hosts: Path, login: Login) -> bool:
    """Whether the file holds any key for this host, right or wrong."""
    try:
        keys = asyncssh.match_known_hosts(str(known_hosts), login.host, "", login.port)
    except (OSError, ValueError):
        return False
    return any(keys[:2])


def ssh_command(login: Login, known_hosts: Path) -> str:
    """Return the ssh(1) command that makes the same connection, for hints."""
    words = ["ssh"]
    if known_hosts != Path("~/.ssh/known_hosts").expanduser():
        words += ["-o", f"UserKnownHostsFile={known_hosts}"]
    if login.key:
        words += ["-i", login.key]
    if login.jump:
        words += ["-J", login.jump]
    if login.port != 22:
        words += ["-p", str(login.port)]
    return shlex.join([*words, f"{login.user}@{login.host}", "true"])


def connection_lost(name: str, login: Login, doing: str) -> HostUnreachable:
    """Return the error for a connection that went away; whether `doing` was finished is then unknown."""
    return HostUnreachable(
        f"The connection to {name} ({address(login)}) was lost during {doing}.",
        "Whether it was finished is not known. Has the node lost power or its network? Run quorate again to go on.",
    )


def no_session(name: str, reason: str) -> CommandFailed:
    """Return the error for a server that opens no further session on a living connection."""
    hint = "Raise MaxSessions in its sshd_config to at least 10; the account must be allowed to run commands."
    return CommandFailed(f"The SSH server of {name} opens no session: {reason}.", hint)


def sudo_refused(name: str, login: Login, status: int, stderr: str) -> CommandFailed | None:
    """Return an error if sudo itself said no, so that the command never ran; else None."""
    line = stderr.strip().splitlines()[0] if stderr.strip() else ""
    if status == 127 and re.search(r"\bsudo: .*not found", line):
        return CommandFailed(f"sudo is not installed on {name}.", "Install it there, or log in as root.")
    said_by_sudo = line.startswith(("sudo:", "Sorry, user")) or " is not in the sudoers file" in line
    if status != 1 or not said_by_sudo or not any(words in line for words in SUDO_REFUSALS):
        return None
    return CommandFailed(
        f"sudo on {name} does not let {login.user} run commands without a password: {line}",
        f"Allow it there, with visudo -f /etc/sudoers.d/quorate: {login.user} ALL=(root) NOPASSWD: ALL",
    )


def of_command(name: str, completed: Completed) -> CommandFailed:
    """Return the error for a status that was not expected."""
    said = completed.stderr.strip() or ("" if completed.command.secret else completed.stdout.strip())
    lines = said.splitlines()[-5:]
    program = completed.command.argv[0]
    if completed.status == 127:
        return CommandFailed(f"{name}: {program} is not installed: {' '.join(lines)}", "Install it on the node.")
    hint = next((hint for text, hint in HINTS.items() if text in said), "")
    detail = ": " + " / ".join(lines) if lines else ", without a word"
    return CommandFailed(f"{name}: {completed.command.shown} ended with status {completed.status}{detail}", hint)
