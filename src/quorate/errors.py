"""Errors: the world refused. A handful of classes, each with a sentence on what to do next.

Findings (findings.py) are about the user's file and are collected; errors stop what is going on; anything
else that is raised is a defect of quorate's and is shown with a traceback.
"""


class QuorateError(Exception):
    """The base of all errors that a user should read without a traceback.

    message: what happened, one sentence. hint: what to do about it. exit_code: for the command line.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(QuorateError):
    """The call itself is wrong: a file that cannot be read, an unknown node or service name."""

    exit_code = 2


class HostUnreachable(QuorateError):
    """No SSH connection: refused, timed out, host key changed, no key accepted."""

    exit_code = 3


class CommandFailed(QuorateError):
    """A command on a host ended with a status that was not expected."""


class TimedOut(QuorateError):
    """A command or a state that was waited for did not come in its time."""

    exit_code = 3


class NeverComes(QuorateError):
    """A state was waited for and can no longer come: waiting on would be dishonest."""


class Returned(QuorateError):
    """The cluster did not get where a change was to lead it, and was led back."""


class Refused(QuorateError):
    """quorate will not do this unless told: it could interrupt a service or lose data."""

    exit_code = 4


class Locked(QuorateError):
    """Somebody else is changing this cluster or this lab right now."""


class Missing(QuorateError):
    """This machine lacks something the command needs: root, a package, a kernel feature."""

    exit_code = 2


class Unknown(QuorateError):
    """The question could not be answered; that is not the same as a good answer."""

    exit_code = 3
