"""The certificates of an NSS database, by name, with `certutil` of libnss3-tools (corosync-qnetd-certutil(8)).

corosync-qnetd and corosync-qdevice keep theirs in such a database each, which has an empty password. Keys are never
printed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from quorate.errors import Unknown
from quorate.machines.host import Command, command

# $1: the database's directory; then pairs of a nickname and the use that is checked (certutil -u): L for an authority,
# V for a server, C for a client. A database or a certificate that is not there leaves its part empty.
SCRIPT = """db=$1; shift
command -v certutil >/dev/null || exit 127
while [ $# -gt 1 ]; do
  printf '=== quorate %s\\n' "$1"
  if [ -f "$db/cert9.db" ]; then
    certutil -L -d "$db" -n "$1" 2>/dev/null
    certutil -V -d "$db" -n "$1" -u "$2" -f /dev/null 2>&1
  fi
  shift 2
done
true"""

MARK = "=== quorate "


@dataclass(frozen=True, slots=True)
class Certificate:
    """subject, issuer: distinguished names ("CN=web"). fingerprint: SHA-256, hexadecimal with colons.

    has_key: the private key lies beside it. is_valid: in time, and signed by an authority that the database trusts.
    """

    subject: str
    issuer: str
    fingerprint: str
    has_key: bool
    is_valid: bool

    @property
    def common_name(self) -> str:
        """The name in the subject: the cluster's, for a cluster's certificate."""
        return self.subject.partition("CN=")[2].partition(",")[0]


def command_for(database: str, *nicknames_and_uses: str) -> Command:
    """Return the query for a directory and pairs of nickname and use."""
    return command("sh", "-c", SCRIPT, "quorate-certificates", database, *nicknames_and_uses)


def parse(output: str, status: int) -> Mapping[str, Certificate]:
    """Return nickname -> certificate for those that are there; Unknown when there is no certutil."""
    if status != 0:
        raise Unknown("The certificates are not known: there is no certutil.", "Install libnss3-tools there.")
    found = {}
    for part in output.split(MARK)[1:]:
        nickname, _, text = part.partition("\n")
        subject, issuer = (re.search(rf'^\s+{key}: "(.*)"$', text, re.MULTILINE) for key in ("Subject", "Issuer"))
        fingerprint = re.search(r"Fingerprint \(SHA-256\):\s+([0-9A-F:]+)", text)
        if subject and issuer and fingerprint:
            has_key = re.search(r"SSL Flags:(?:\n\s+[\w ]+)*?\n\s+User$", text, re.MULTILINE) is not None
            valid = "certificate is valid" in text
            found[nickname] = Certificate(subject[1], issuer[1], fingerprint[1], has_key, valid)
    return found
