"""The CIB's earlier versions, as Pacemaker keeps them on each node: when each was written, by whom, with which tool.

/var/lib/pacemaker/cib/cib.xml and cib-N.raw, the last hundred changes of the configuration; each begins with the <cib>
that has its origin (update-user, update-client, update-origin), and its file's time is when it was written. Of the
content only this is asked: in which versions given texts stand.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from quorate.errors import Unknown
from quorate.machines.host import Command, command

# grep ends with 1 where nothing stands anywhere, which is an answer.
SCRIPT = r"""cd /var/lib/pacemaker/cib || exit 1
printf 'now\t%s\n' "$(date +%s)"
stat -c 'time	%n	%Y' -- cib.xml cib-*.raw 2>/dev/null
grep -H -o -m 1 '<cib [^>]*>' -- cib.xml cib-*.raw 2>/dev/null | sed 's/^/head\t/; s/:/\t/'
for text; do
  grep -l -F -e "$text" -- cib.xml cib-*.raw 2>/dev/null | sed "s/^/has\t/" | while read -r line; do
    printf '%s\t%s\n' "$line" "$text"
  done
done
exit 0"""


@dataclass(frozen=True, slots=True)
class Version:
    """One version. at_s: when it was written, seconds since 1970.

    user, client, origin: by whom, with what, on which node; "" where it does not say. texts: which of the texts that
    were asked for stand in it.
    """

    at_s: int
    epoch: int = 0
    user: str = ""
    client: str = ""
    origin: str = ""
    texts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Since:
    """How long something has stood in the CIB. first: the version with which it came, or the oldest that is kept.

    exactly: whether an older version without it is kept, too.
    """

    first: Version
    exactly: bool


@dataclass(frozen=True, slots=True)
class History:
    """versions: the oldest first. now_s: what the node's clock says."""

    now_s: int
    versions: tuple[Version, ...] = ()

    def since(self, text: str) -> Since | None:
        """Return since when a text has stood in every version; None where it does not stand in the last one."""
        found: Version | None = None
        for version in reversed(self.versions):
            if text not in version.texts:
                return None if found is None else Since(found, exactly=True)
            found = version
        return None if found is None else Since(found, exactly=False)


def command_for(*texts: str) -> Command:
    """Return the query; texts hold no line breaks or tabs."""
    return command("sh", "-c", SCRIPT, "quorate-cib-history", *texts)


def parse(output: str, status: int) -> History:
    """Read the answer; Unknown where there are no versions that may be read."""
    if status != 0 or not output:
        raise Unknown("The CIB's earlier versions cannot be read.", "Log in as root, or write `ssh: {sudo: true}`.")
    now_s = 0
    times: dict[str, int] = {}
    heads: dict[str, str] = {}
    texts: dict[str, set[str]] = {}
    for line in output.splitlines():
        kind, _, rest = line.partition("\t")
        name, _, value = rest.partition("\t")
        if kind == "now":
            now_s = int(name)
        elif kind == "time":
            times[name] = int(value)
        elif kind == "head":
            heads[name] = value
        elif kind == "has":
            texts.setdefault(name, set()).add(value)
    made = [_version(at_s, heads.get(name, ""), texts.get(name, ())) for name, at_s in times.items()]
    return History(now_s, tuple(sorted(made, key=lambda one: (one.at_s, one.epoch))))


def _version(at_s: int, head: str, texts: "Sequence[str] | set[str]") -> Version:
    values = dict(re.findall(r'([\w-]+)="([^"]*)"', head))
    return Version(
        at_s,
        int(values.get("epoch", "0")),
        values.get("update-user", ""),
        values.get("update-client", ""),
        values.get("update-origin", ""),
        frozenset(texts),
    )
