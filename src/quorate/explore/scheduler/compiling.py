"""Compiling the worker: the C of native/ becomes a program linked to the installed libpacemaker, in the user's cache.

In: this machine. Out: the program's path, or in one sentence why there is none. The name of the program holds a digest
of the source and of what it is linked to, so that another version of either is compiled anew. It is made in a folder
of its own and moved into place: two that compile at once both succeed, and nobody ever runs half a program.
"""

import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from quorate.errors import Missing, Unknown

SOURCES = Path(__file__).with_name("native")
LIBRARIES = ("pacemaker", "pe_status", "lrmd", "crmcommon")
PACKAGES = "pacemaker-dev libglib2.0-dev libxml2-dev pkg-config gcc libc6-dev"
HINT = f"as root, apt-get install --no-install-recommends {PACKAGES}"
TIMEOUT_S = 120
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Compiled:
    """The worker as a program, and the libraries of Pacemaker that it was linked to."""

    program: Path
    libraries: tuple[Path, ...]


def cache_folder() -> Path:
    """Return the folder in which the program is kept, private to this user; Missing if there can be none."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        folder = (Path(base) if base.startswith("/") else Path.home() / ".cache") / "quorate" / "scheduler"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:
        raise Missing(f"there is no place to keep the compiled worker: {error}", "set XDG_CACHE_HOME") from error
    if not _is_ours(folder):
        raise Missing(
            f"{folder} belongs to somebody else, or others may write there", "set XDG_CACHE_HOME to a folder of yours"
        )
    return folder


def compiled() -> Compiled:
    """Return the worker, compiled if it was not; Missing where it takes what is not here, Unknown where it fails."""
    argv, flags, libraries = _command()
    folder = cache_folder()
    version = _ask("--modversion", "pacemaker-pe_status")
    sources = sorted(SOURCES.glob("*.c"))
    texts = [path.read_bytes() for path in (*sources, *sorted(SOURCES.glob("*.h")))]
    digest = digest_of(*texts, *(word.encode() for word in (*argv, *flags)), *(bytes(one) for one in libraries))
    program = folder / f"worker-{version}-{digest}"
    if not (program.is_file() and _is_ours(program)):
        with tempfile.TemporaryDirectory(dir=folder, prefix="making-") as made:
            _run([*argv, "-o", f"{made}/worker", *map(str, sources), *map(str, libraries), *flags], made)
            Path(made, "worker").chmod(0o700)
            Path(made, "worker").replace(program)
    return Compiled(program, libraries)


def _command() -> tuple[list[str], list[str], tuple[Path, ...]]:
    """Return how the compiler is called, what GLib and libxml2 ask for, and the libraries; Missing with what is not."""
    compiler = shutil.which("cc", path=PATH) or shutil.which("gcc", path=PATH)
    if compiler is None:
        raise Missing("no C compiler is installed", HINT)
    if shutil.which("pkg-config", path=PATH) is None:
        raise Missing("pkg-config is not installed", HINT)
    include = Path(_ask("--variable=includedir", "pacemaker-pe_status"))
    lib = Path(_ask("--variable=libdir", "pacemaker-pe_status"))
    include = include if (include / "crm").is_dir() else include / "pacemaker"
    flags = _ask("--cflags", "--libs", "glib-2.0", "libxml-2.0").split()  # libraries go behind what needs them
    libraries = tuple((lib / f"lib{name}.so").resolve() for name in LIBRARIES)
    absent = [path for path in (*libraries, include / "crm/pengine/status.h") if not path.exists()]
    if absent:
        raise Missing(f"{absent[0]} is not installed", HINT)
    return [compiler, "-std=gnu11", "-O2", "-pipe", f"-I{include}"], flags, libraries


def _ask(*words: str) -> str:
    """Return what pkg-config says; Missing where it does not know a package."""
    env = {"PATH": PATH, "LC_ALL": "C"}
    done = subprocess.run(
        ["pkg-config", *words], env=env, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    if done.returncode:
        raise Missing(f"headers are not installed: {' '.join(done.stderr.split()[:12])}", HINT)
    return done.stdout.strip()


def _run(argv: list[str], folder: str) -> None:
    env = {"PATH": PATH, "LC_ALL": "C", "TMPDIR": folder}
    try:
        done = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as late:
        raise Unknown(f"compiling the worker took longer than {TIMEOUT_S} s") from late
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines() or [""]
        raise Unknown(f"the worker does not compile against this Pacemaker: {errors[0].strip()}")


def _is_ours(path: Path) -> bool:
    """Tell whether a file or folder is this user's, and nobody else may write to it: it is going to be run."""
    found = path.stat()
    return found.st_uid == os.geteuid() and not stat.S_IMODE(found.st_mode) & 0o022


def digest_of(*parts: bytes) -> str:
    """Return 16 hexadecimal digits."""
    made = hashlib.sha256()
    for part in parts:
        made.update(len(part).to_bytes(8) + part)
    return made.hexdigest()[:16]
