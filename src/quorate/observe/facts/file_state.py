"""State of given paths: is it there, what is it, whose, and which content. One command for many paths."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from quorate.errors import Unknown
from quorate.machines.host import Command, command

# One line per path: kind, mode, owner, group, size, checksum, path; "-" where a field does not apply. Content is never
# printed. A path that cannot be looked at (no right to) is told apart from one that is not there. A link is followed,
# and its target stands last.
SCRIPT = """for path; do
  if line=$(stat -L -c '%F|%a|%U|%G|%s' -- "$path" 2>&1); then
    sum=-; if [ -f "$path" ]; then sum=$(sha256sum <"$path" 2>/dev/null) || sum='? '; sum=${sum%% *}; fi
    link=; if [ -L "$path" ]; then link=$(readlink -- "$path"); fi
    printf '%s|%s|%s\\t%s\\n' "$line" "$sum" "$path" "$link"
  elif [ -L "$path" ]; then printf 'dangling|-|-|-|-|-|%s\\t%s\\n' "$path" "$(readlink -- "$path")"
  else case $line in
    *'No such file'*|*'Not a directory'*) printf 'missing|-|-|-|-|-|%s\\t\\n' "$path";;
    *) printf 'unknown|-|-|-|-|-|%s\\t\\n' "$path";; esac
  fi
done"""


@dataclass(frozen=True, slots=True)
class File:
    """kind: "file", "directory", "dangling" (a link to nothing), "other" or "missing"; mode as a number (0o640).

    sha256: hexadecimal, "" where there is no content or no right to read it. link: target of a symbolic link; the
    other fields are then those of the target. content: filled in by who reads it as well; the query does not.
    """

    path: str
    kind: str
    mode: int = 0
    owner: str = ""
    group: str = ""
    size_bytes: int = 0
    sha256: str = ""
    link: str = ""
    content: bytes | None = field(default=None, repr=False)

    @property
    def exists(self) -> bool:
        """Whether something with content or entries is there."""
        return self.kind not in {"missing", "dangling"}

    @property
    def state(self) -> str:
        """Content, owner and mode in one text, equal where nothing differs; "" where nothing is there."""
        return f"{self.sha256 or self.kind} {self.owner}:{self.group} {self.mode:o}" if self.exists else ""


def command_for(*paths: str) -> Command:
    """Return the query; paths may hold spaces, but no line breaks or tabs."""
    return command("sh", "-c", SCRIPT, "quorate-files", *paths)


def parse(output: str, status: int) -> Mapping[str, File]:
    """Return the state by path as it was given."""
    if status != 0:
        raise Unknown("The state of files is not known: looking at them failed.")
    files = {}
    for line in output.splitlines():
        kind, mode, owner, group, size, checksum, rest = line.split("|", 6)
        path, _, link = rest.partition("\t")
        if kind == "unknown":
            raise Unknown(f"{path} cannot be looked at.", "Log in as root, or write `ssh: {sudo: true}`.")
        if kind in {"missing", "dangling"}:
            files[path] = File(path, kind, link=link)
            continue
        words = {"regular file": "file", "regular empty file": "file", "directory": "directory"}
        sha256 = "" if checksum in {"-", "?"} else checksum
        files[path] = File(path, words.get(kind, "other"), int(mode, 8), owner, group, int(size), sha256, link)
    return files
