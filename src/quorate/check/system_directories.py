"""Directories that a node needs to run, and to stop what it runs: none is to be mounted over, or given away. Pure.

Source: hier(7)
"""

from posixpath import normpath

_NEEDED = (
    *("/bin", "/boot", "/dev", "/etc/corosync", "/lib", "/lib64", "/proc", "/root", "/run", "/sbin", "/sys"),
    *("/usr/bin", "/usr/lib", "/usr/local", "/usr/sbin", "/usr/share", "/var/cache", "/var/lib/corosync"),
    *("/var/lib/dpkg", "/var/lib/pacemaker", "/var/log", "/var/run", "/var/spool"),
)
_KERNELS = ("/dev", "/proc", "/sys")


def plain(directory: str) -> str:
    """Return an absolute path without `.`, `..` and slashes that say nothing."""
    return "/" + normpath(directory).strip("/")


def needed_in(directory: str) -> str | None:
    """Return the first needed directory that is this one or lies in it, and what lies in the kernel's own; or None."""
    path = plain(directory)
    above = path.rstrip("/") + "/"
    found = next((one for one in _NEEDED if one == path or one.startswith(above)), None)
    return path if found is None and path.startswith(tuple(f"{one}/" for one in _KERNELS)) else found
