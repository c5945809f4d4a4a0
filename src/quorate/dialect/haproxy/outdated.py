"""What HAProxy 2.6 refuses or warns of in a configuration, and what is unsafe in it. Pure.

Source: what haproxy 2.6.12 says (`haproxy -c`), and its configuration manual.
"""

from collections.abc import Iterator
from typing import TypeAlias

from quorate.dialect.haproxy.model import Configuration, Keyword, Section
from quorate.dialect.haproxy.vocabulary import REFUSED, WARNED
from quorate.findings import Severity
from quorate.lines import Span

Remark: TypeAlias = tuple[Severity, Span | None, str, str, str, str]
W, INFO = Severity.WARNING, Severity.INFO

USUAL = frozenset(
    ("bind", "server", "mode", "balance", "option", "timeout", "log", "maxconn", "daemon", "user", "group", "chroot",
     "pidfile", "stats", "retries", "default_backend", "use_backend", "acl", "cookie", "stick", "stick-table",
     "http-request", "http-response", "tcp-request", "default-server", "errorfile", "source", *REFUSED)
)  # fmt: skip
"""Keywords that are mended when only their case is wrong."""

_PROXIES = ("frontend", "backend", "listen")


def found(configuration: Configuration) -> Iterator[Remark]:
    """Yield severity, span, code, summary, why and fix of each."""
    for section in configuration.sections:
        for keyword in section.keywords:
            yield from _keyword(keyword)
        behind = section.text.split()[1:]
        if section.kind == "listen" and behind and behind[0] != "from":
            yield (W, section.span, "address-behind-name", f"listen {section.name}: an address stands behind the name",
                   "HAProxy 2.6 refuses it", "write bind and the address on a line of its own")  # fmt: skip
    for section in configuration.sections:
        if section.kind in _PROXIES:
            yield from _checks(section)
            yield from _timeouts(section, configuration)


def _keyword(keyword: Keyword) -> Iterator[Remark]:
    first = keyword.words[:1]
    both = " ".join((keyword.name, *first))
    for name in dict.fromkeys((keyword.name, both, *(first if keyword.name == "timeout" else ()))):
        if name in REFUSED:
            since, instead = REFUSED[name]
            yield (W, keyword.span, "keyword-refused", f"HAProxy refuses {name}" + (f" since {since}" if since else ""),
                   "it does not start with this line", f"write instead: {instead}")  # fmt: skip
        elif name in WARNED:
            says, fix = WARNED[name]
            yield (INFO, keyword.span, "keyword-without-effect", f"{name} {says}", "HAProxy 2.6 warns of it", fix)
    if both == "option httpclose":
        yield (INFO, keyword.span, "connections-closed", "every request has a connection of its own",
               "that was needed once; now it costs time and ports", "leave it out, or write option http-server-close",
               )  # fmt: skip
    if both == "option httpchk" and "\\r\\n" in keyword.text:
        yield (INFO, keyword.span, "headers-behind-version", "headers stand behind the version of option httpchk",
               "HAProxy 2.6 warns of it", "write http-check send hdr NAME VALUE")  # fmt: skip
    if both == "stats auth" or (keyword.name == "user" and "insecure-password" in keyword.words):
        yield (INFO, keyword.span, "password-in-file", "a password stands in the file", "whoever reads it has it",
               "let only root read the file")  # fmt: skip


def _checks(section: Section) -> Iterator[Remark]:
    servers = [keyword for keyword in section.all("server") if "check" not in keyword.words]
    if servers and not any("check" in default.words for default in section.all("default-server")):
        names = ", ".join(server.words[0] for server in servers if server.words)
        yield (W, servers[0].span, "server-without-check", f"{section.kind} {section.name}: nobody checks {names}",
               "HAProxy sends to a server that is dead", "write check behind it")  # fmt: skip


def _timeouts(section: Section, configuration: Configuration) -> Iterator[Remark]:
    """Yield a warning where a time-out is missing that HAProxy warns of, in the proxy and in the defaults before it."""
    kinds = {"frontend": ("client",), "backend": ("connect", "server"), "listen": ("client", "connect", "server")}
    before = configuration.sections[: configuration.sections.index(section)]
    defaults = next((one for one in reversed(before) if one.kind == "defaults"), None)
    said = {word for one in (section, defaults) if one for keyword in one.all("timeout") for word in keyword.words[:1]}
    old = {"contimeout": "connect", "clitimeout": "client", "srvtimeout": "server"}
    said |= {old[keyword.name] for one in (section, defaults) if one for keyword in one.keywords if keyword.name in old}
    said |= {old[word] for word in said if word in old}
    missing = [kind for kind in kinds[section.kind] if kind not in said]
    if missing:
        yield (W, section.span, "timeout-missing", f"{section.kind} {section.name} waits forever: no time-out for "
               f"{', '.join(missing)}", "a peer that fell silent holds its connection until the limit is reached",
               f"write timeout {missing[0]} and so on, in defaults or here")  # fmt: skip
