"""When given things were last changed, by the host's own clock: files, and the links by which units start at boot.

A word is "file /etc/hosts" or "unit apache2.service". A unit that is enabled has symbolic links below
/etc/systemd/system (systemctl(1), "enable"); the newest of them counts. A file that is to the letter what its package
brought, by dpkg's list of configuration files (dpkg-query(1), Conffiles), was changed by nobody, and is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from quorate.errors import Unknown
from quorate.machines.host import Command, command

SCRIPT = r"""printf '%s\t\n' "$(date +%s)"
brought=$(dpkg-query --show --showformat='${Conffiles}\n' 2>/dev/null)
for word; do
  case $word in
    'file '*) at=$(stat -c %Y -- "${word#file }" 2>/dev/null)
      sum=$(md5sum -- "${word#file }" 2>/dev/null)
      case $brought in *" ${word#file } ${sum%% *}"*) at=;; esac;;
    'unit '*) at=$(find /etc/systemd/system -mindepth 2 -name "${word#unit }" -type l -printf '%Ts\n' |
      sort -n | tail -n 1);;
  esac
  if [ -n "$at" ]; then printf '%s\t%s\n' "$at" "$word"; fi
done"""


@dataclass(frozen=True, slots=True)
class Times:
    """now_s, at_s: seconds since 1970 by the host's clock; at_s by word, without those of which nothing is known."""

    now_s: int
    at_s: Mapping[str, int] = field(default_factory=dict)


def command_for(*words: str) -> Command:
    """Return the query."""
    return command("sh", "-c", SCRIPT, "quorate-times", *words)


def parse(output: str, status: int) -> Times:
    """Read the answer; Unknown where the host could not say."""
    if status != 0 or not output:
        raise Unknown("When files were changed is not known: looking at them failed.")
    rows = [line.split("\t", 1) for line in output.splitlines()]
    return Times(int(rows[0][0]), {word: int(at_s) for at_s, word in rows[1:]})
