"""qnetd: on the quorum device's host, corosync-qnetd runs and can prove who it is.

Its certificate database holds an authority of its own (QNet CA) and its server certificate; Debian's package makes it
when it is installed, other distributions leave it to corosync-qnetd-certutil(8). A database that is not complete, as
a killed installation leaves it, is put aside and made anew; never one that serves clusters. qnetd serves many
clusters at once and needs no configuration for any of them (corosync-qnetd(8)).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quorate.build.change import Change, Effect, Run
from quorate.build.step import answer
from quorate.build.want import Want
from quorate.findings import Finding, Severity
from quorate.machines.host import Host, command
from quorate.observe.facts import certificates, file_state, qnetd, unit_state
from quorate.observe.gathering import gather, gather_about

TITLE = "qnetd"
DATABASE = "/etc/corosync/qnetd/nssdb"
CA, SERVER = "QNet CA", "QNetd Cert"
GROUP = "coroqnetd"  # the account that runs qnetd, on every distribution
READ_BY_IT = (DATABASE, f"{DATABASE}/cert9.db", f"{DATABASE}/key4.db")

LOCK = "/run/lock/quorate-qnetd"  # several clusters may be built at once that share this host

# $1: the unit. Another cluster's apply may have been quicker. -G: files that the group may read, not write.
MAKE = f"""set -e
if certutil -V -d {DATABASE} -n '{SERVER}' -u V -f /dev/null >/dev/null 2>&1; then exit 0; fi
systemctl stop "$1"
if [ -e {DATABASE} ]; then mv --no-target-directory --backup=numbered {DATABASE} {DATABASE}.unfinished; fi
corosync-qnetd-certutil -i -G
chgrp {GROUP} {" ".join(READ_BY_IT)}"""


@dataclass(frozen=True, slots=True)
class Facts:
    """unit: None before the package is there. serves: None while qnetd does not answer."""

    unit: unit_state.Unit
    certificates: Mapping[str, certificates.Certificate]
    files: Mapping[str, file_state.File]
    serves: qnetd.Qnetd | None

    @property
    def is_complete(self) -> bool:
        """Whether authority and server certificate are there, with their keys."""
        mine = (self.certificates.get(CA), self.certificates.get(SERVER))
        return all(one is not None and one.has_key and one.is_valid for one in mine)

    @property
    def is_readable(self) -> bool:
        """Whether the daemon may read its database."""
        return all(GROUP in (self.files[path].owner, self.files[path].group) for path in READ_BY_IT)


async def look(host: Host, want: Want) -> Facts:
    """Ask for the daemon, its certificates, and whom it serves."""
    unit = want.platforms[host.name].units["qnetd"]
    found = await answer(gather_about(host, certificates, DATABASE, CA, "L", SERVER, "V"))
    return Facts(
        (await gather_about(host, unit_state, unit))[unit],
        found or {},
        await gather_about(host, file_state, *READ_BY_IT),
        await answer(gather(host, qnetd)),
    )


def changes(facts: Facts, want: Want, name: str) -> Iterator[Change | Finding]:
    """Yield the database where it is not complete, who may read it, and a start."""
    device = want.cluster.quorum.device
    assert device is not None
    unit = want.platforms[name].units["qnetd"]
    if not facts.is_complete and facts.serves and facts.serves.clusters:
        yield Finding(
            "qnetd-certificates-incomplete",
            Severity.ERROR,
            f"qnetd on {name} serves {', '.join(facts.serves.clusters)}, and has no complete set of certificates",
            "a new set could lock those clusters out, and without one this cluster's votes go unprotected",
            f"make the certificates there (corosync-qnetd-certutil(8), {DATABASE}), or write `tls: off`",
            path=want.path(name),
        )
        return
    if facts.serves and facts.serves.port != device.port:
        yield Finding(
            "qnetd-port-differs",
            Severity.ERROR,
            f"qnetd on {name} listens on port {facts.serves.port}, the cluster file says {device.port}",
            "the nodes would knock at a port where nobody answers, and the device's votes would be missing",
            f"write `port: {facts.serves.port}`, or start qnetd there with `-p {device.port}`",
            path=(*want.path(name), "port"),
        )
        return
    if not facts.is_complete:
        make = command(*alone("sh", "-c", MAKE, "quorate-qnetd", unit))
        yield Change(name, TITLE, "make qnetd's certificates", (Run(make, timeout_s=180),))
    elif not facts.is_readable:
        read = Run(command("chgrp", GROUP, *READ_BY_IT))
        yield Change(name, TITLE, "let qnetd read its certificates", (read,))
    if not (facts.unit.is_active and facts.is_complete):
        yield Change(name, TITLE, "start corosync-qnetd", (Run(command("systemctl", "start", unit)),), Effect.START)


def alone(*argv: str) -> tuple[str, ...]:
    """Return the argument vector that runs another one while nobody else changes qnetd's certificates."""
    return ("flock", "--timeout=60", LOCK, *argv)
