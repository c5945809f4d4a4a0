"""Shell text: the one place where an argument vector becomes text for a remote shell. Pure.

SSH carries a command as one string that the login shell reads (RFC 4254, 6.5), so quoting is needed exactly once,
here. Every command runs with LC_ALL=C, because the parsers of `observe` read English, and under timeout(1): OpenSSH
does not deliver signals to a root session (privilege separation is off there), so only a process on the node
itself can end a command that hangs, and it does so even when the connection is gone.
"""

import shlex

from quorate.machines.host import Command

KILL_AFTER_S = 2
"""Seconds between SIGTERM and SIGKILL for a command that outlives its time."""

# $1 target, $2 mode, $3 owner:group, $4 size in bytes, $5 "parents" or "". The size is compared because a lost
# connection looks like the end of the input, and half a file must never be renamed into place. A symbolic link is
# followed, so that an operator's link survives.
PUT = """set -eu
umask 077
target=$(readlink -m -- "$1")
directory=$(dirname -- "$target")
if [ -n "$5" ]; then (umask 022; mkdir -p -- "$directory"); fi
temporary=$(mktemp -- "$directory/.quorate.XXXXXXXXXX")
trap 'rm -f -- "$temporary"' EXIT
cat >"$temporary"
if [ "$(stat -c %s -- "$temporary")" != "$4" ]; then echo "the content was cut off" >&2; exit 1; fi
chown -- "$3" "$temporary"
chmod -- "$2" "$temporary"
sync -- "$temporary"
mv -fT -- "$temporary" "$target"
trap - EXIT
sync -- "$directory"
"""

# Ends the command when standard input ends, which it does when the channel or the connection is closed.
LEASH = """exec 3<&0
"$@" </dev/null 3<&- & child=$!
{ cat <&3; kill "$child"; } >/dev/null 2>&1 & watcher=$!
exec 3<&-
wait "$child"; status=$?
kill "$watcher" 2>/dev/null
exit "$status"
"""


def command_text(command: Command, *, sudo: bool, timeout_s: float) -> str:
    """Render a command that must end within timeout_s."""
    return _join(("timeout", "-k", str(KILL_AFTER_S), f"{timeout_s:g}", *command.argv), command, sudo=sudo)


def stream_text(command: Command, *, sudo: bool) -> str:
    """Render a command that runs until its standard input is closed."""
    return _join(("sh", "-c", LEASH, "quorate-stream", *command.argv), command, sudo=sudo)


def put_command(path: str, content: bytes, *, mode: int, owner: str, group: str, parents: bool) -> Command:
    """Return the command that writes `content` (its input) to `path` at once, durable, never half."""
    words = ("sh", "-c", PUT, "quorate-put", path, f"{mode:o}", f"{owner}:{group}", str(len(content)))
    return Command((*words, "parents" if parents else ""), input=content, secret=True, purpose=f"writing {path}")


def _join(argv: tuple[str, ...], command: Command, *, sudo: bool) -> str:
    environment = ("env", "LC_ALL=C", *(f"{key}={value}" for key, value in command.environment))
    return shlex.join((*(("sudo", "-n", "--") if sudo else ()), *environment, *argv))
