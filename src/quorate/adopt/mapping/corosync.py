"""corosync.conf -> the section `corosync`: each key becomes one of ours, or is accounted for with the reason. Pure.

What only old Corosyncs had becomes what 3.1 has: multicast with one ring is knet with one link, rings are links. With
`verbatim`, and for a running cluster, the transport stays, for another one is a restart of Corosync everywhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil

from quorate.adopt.account import Account, Fate
from quorate.adopt.draft import Draft, Section
from quorate.adopt.mapping.quorum import fate
from quorate.adopt.material import Material
from quorate.adopt.reading.corosync import flat
from quorate.describe.derive.corosync import COEFFICIENT_S, JOIN_S, RETRANSMITS, TOKEN_S
from quorate.describe.vocabulary import OPTIONS_WITH_A_HOME
from quorate.dialect.corosync import age
from quorate.dialect.corosync.model import Configuration, Items, Key
from quorate.dialect.corosync.vocabulary import is_link_address, known
from quorate.duration import seconds
from quorate.findings import Severity
from quorate.render.corosync import LOGFILE

Said = tuple[Fate, str]
"""What became of a key, and where or why."""

_TIMES = {"token", "token_coefficient", "join", "consensus"}
_TOTEM_SAID: Mapping[str, Said] = {
    "version": (Fate.SAME, "quorate writes it"),
    "config_version": (Fate.SAME, "quorate counts it"),
    "transport": (Fate.BECAME, "corosync.transport"),
    "nodeid": (Fate.DROPPED, "it is of one node; the ids of all stand under nodes"),
    **dict.fromkeys(("secauth", "crypto_cipher", "crypto_hash", "crypto_type", "crypto_compat"),
                    (Fate.BECAME, "corosync.crypto")),
    **dict.fromkeys(("key", "keyfile"), (Fate.DROPPED, "a key is made on the nodes, or corosync.key refers to one")),
}  # fmt: skip
_LINK_TIMES = {"knet_ping_interval": "ping_interval", "knet_ping_timeout": "ping_timeout"}
_LINK_NUMBERS = {
    "knet_link_priority": "priority",
    "knet_ping_precision": "ping_precision",
    "knet_pong_count": "pong_count",
    "ttl": "ttl",
}
_LOGGING = {
    "to_stderr": "no",
    "to_syslog": "yes",
    "to_logfile": "yes",
    "logfile": LOGFILE,
    "timestamp": "hires",
    "debug": "off",
}
"""What quorate writes into the section logging itself."""
_LOGGED_BY_DEFAULT = {"to_stderr": "yes", "to_syslog": "yes", "to_logfile": "no", "timestamp": "off", "debug": "off"}
"""What Corosync does where the file does not say (corosync.conf(5))."""


def corosync(material: Material, draft: Draft, *, verbatim: bool) -> None:
    """Fill in the section, and the cluster's name; account for every key."""
    for configuration, file in material.corosync:
        mapping = _Mapping(configuration, draft, verbatim or material.around.live)
        if any(configuration.all("totem")):
            was = mapping.whole()
            now = draft.corosync.get("transport", "knet")
            if was != now:
                line = next(
                    (key.span.line for path, key in flat(configuration) if path[0:1] == ("totem",) and key.span), 0
                )
                material.say(Severity.INFO, material.place(file, line + 1), "transport-to-knet",
                             f"the transport {was} becomes knet, encrypted",
                             "Corosync 3 has several links and encryption with knet alone",
                             "--verbatim keeps the transport as it is")  # fmt: skip
        for path, key in flat(configuration):
            fate, detail = mapping.key(path, key)
            line = key.span.line + 1 if key.span else 1
            material.account.add(file, [line], ".".join((*path, key.name)), fate, detail)
        if material.around.networks:  # read from a host: what runs there stays as it is
            _with_log(configuration, draft)
    _without_defaults(draft, material.account)


def _with_log(configuration: Configuration, draft: Draft) -> None:
    """Say where Corosync logs by default, where quorate would have it log otherwise."""
    said = {key.name for section in configuration.all("logging") for key in section.entries()}
    for name, value in _LOGGED_BY_DEFAULT.items():
        if name not in said and _LOGGING[name] != value:
            draft.corosync.setdefault("logging", {})[name] = value


def _without_defaults(draft: Draft, account: Account) -> None:
    """Leave out what quorate derives anyway."""
    section = draft.corosync
    usual = {"token": TOKEN_S, "token_coefficient": COEFFICIENT_S, "join": JOIN_S}
    given = {key: seconds(section.get(key, "")) for key in (*usual, "consensus")}
    token = usual["token"] if given["token"] is None else given["token"]
    coefficient = usual["token_coefficient"] if given["token_coefficient"] is None else given["token_coefficient"]
    usual["consensus"] = ceil(round(1200 * (token + max(0, len(draft.nodes) - 2) * coefficient), 3)) / 1000
    for key, value in usual.items():
        if given[key] == value:
            del section[key]
            account.left_out(f"corosync.{key}")
    if section.get("token_retransmits") == RETRANSMITS:
        del section["token_retransmits"]
        account.left_out("corosync.token_retransmits")


@dataclass(slots=True)
class _Mapping:
    configuration: Configuration
    draft: Draft
    kept: bool  # the transport stays

    @property
    def section(self) -> Section:
        return self.draft.corosync

    def whole(self) -> str:
        """Map what several keys say together: the transport, encryption, links. Return the transport there was."""
        transport, series = age.transport(self.configuration), age.series(self.configuration)
        broadcast = any(one.value("broadcast") == "yes" for one in self.configuration.interfaces)
        transport = "broadcast" if broadcast else transport
        if transport != "knet" and (self.kept or series == 3):
            self.section["transport"] = transport
        else:
            self._crypto(series)
        links: dict[int, Section] = {}
        for number, one in enumerate(self.configuration.interfaces):
            said = one.value("linknumber") or one.value("ringnumber") or ""
            own = int(said) if said.isdecimal() and int(said) < 8 else number
            links[own] = self._link(one, own)
        if any(links.values()):
            self.section["links"] = [links.get(number, {}) for number in range(max(links) + 1)]
        return transport

    def _crypto(self, series: int) -> None:
        cipher, hash_ = age.crypto(self.configuration)
        if series < 3 and not self.kept:
            return  # encryption is on by default, whatever it was
        if cipher == "none" and hash_ == "none":
            self.section["crypto"] = False
        elif (cipher, hash_) != ("aes256", "sha256") and cipher in {"none", "aes128", "aes192", "aes256"}:
            self.section["crypto"] = {"cipher": cipher, "hash": hash_}

    def _link(self, interface: Items, number: int) -> Section:
        """Return what our link number `number` is told."""
        link: Section = {}
        udp = self.section.get("transport") == "udp"
        port = interface.value("mcastport")
        if port and port.isdecimal() and int(port) != 5405 + (number if self.section.get("transport") is None else 0):
            link["port"] = int(port)
        if udp and (group := interface.value("mcastaddr")):
            link["multicast"] = group
        for key, name in _LINK_TIMES.items():
            if value := interface.value(key):
                link[name] = f"{value}ms"
        for key, name in _LINK_NUMBERS.items():
            value = interface.value(key)
            if value and value.isdecimal() and (name != "ttl" or udp):
                link[name] = int(value)
        if interface.value("knet_transport") == "sctp":
            link["protocol"] = "sctp"
        return link

    def key(self, path: tuple[str, ...], key: Key) -> Said:
        """Map one key of the section at `path`."""
        takes = known(path, key.name)
        if takes is not None and takes.last and path[:1] != ("totem",):
            return Fate.DROPPED, f"Corosync reads it no longer (last {takes.last})"
        readers: Mapping[tuple[str, ...], Callable[[Key], Said]] = {
            ("totem",): self._totem,
            ("totem", "interface"): self._interface,
            ("nodelist", "node"): self._node,
            ("logging",): self._logging,
        }
        if path in readers:
            return readers[path](key)
        if path[:1] == ("quorum",):
            return fate(path, key, self.configuration)
        if path in {("service",), ("amf",), ("aisexec",), ("event",), ("qb",), ()}:
            return Fate.DROPPED, "no Corosync since 2.0 reads it; systemd starts Pacemaker"
        if path[:2] == ("logging", "logger_subsys"):
            return Fate.DROPPED, "quorate sets one level for all of Corosync's parts"
        return Fate.DROPPED, "the cluster file has no place for this section"

    def _totem(self, key: Key) -> Said:
        name, value = key.name, key.value
        if name in _TOTEM_SAID:
            return _TOTEM_SAID[name]
        if name == "cluster_name":
            self.draft.cluster = self.draft.cluster or value
            return Fate.BECAME, "cluster"
        if name in _TIMES and value.isdecimal():
            return self._set(name, f"{value}ms")
        if name == "token_retransmits_before_loss_const" and value.isdecimal():
            return self._set("token_retransmits", int(value))
        if name in {"link_mode", "rrp_mode"}:
            return self._set("link_mode", value) if value in {"active", "rr"} else (Fate.BECAME, "corosync.link_mode")
        return self._option(key)

    def _set(self, name: str, value: object) -> Said:
        self.section[name] = value
        return Fate.BECAME, f"corosync.{name}"

    def _option(self, key: Key) -> Said:
        takes = known(("totem",), key.name)
        if takes is None or takes.last or key.name in OPTIONS_WITH_A_HOME:
            return Fate.DROPPED, "Corosync 3.1 does not read it"
        self.section.setdefault("options", {})[key.name] = key.value
        return Fate.BECAME, f"corosync.options.{key.name}"

    def _interface(self, key: Key) -> Said:
        if key.name in {"ringnumber", "linknumber", "bindnetaddr"}:
            return Fate.SAME, "links are counted, and their addresses stand with the nodes"
        if key.name in {"mcastaddr", "ttl", "broadcast"} and self.section.get("transport") not in {"udp", "broadcast"}:
            return Fate.DROPPED, "knet sends to each node, and needs no multicast group"
        names = {*_LINK_TIMES, *_LINK_NUMBERS, "mcastport", "mcastaddr", "knet_transport", "broadcast"}
        if key.name in names:
            return Fate.BECAME, "corosync.links"
        return Fate.DROPPED, "Corosync 3.1 does not read it"

    def _node(self, key: Key) -> Said:
        if key.name in {"name", "nodeid", "quorum_votes"} or is_link_address(key.name):
            return Fate.BECAME, "nodes"
        return Fate.DROPPED, "the cluster file has no place for it"

    def _logging(self, key: Key) -> Said:
        if _LOGGING.get(key.name) == key.value:
            return Fate.SAME, "quorate writes the same"
        self.section.setdefault("logging", {})[key.name] = key.value
        return Fate.BECAME, f"corosync.logging.{key.name}"
