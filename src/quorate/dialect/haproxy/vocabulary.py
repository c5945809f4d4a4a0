"""Words of haproxy.cfg: the sections, and what HAProxy 2.6 no longer takes, with what took its place. Pure data.

Source: what haproxy 2.6.12 says to each of these (`haproxy -c`); tests/scheduler asks it again where it is installed.
"""

from collections.abc import Mapping
from types import MappingProxyType

SECTIONS = frozenset(
    ("global", "defaults", "frontend", "backend", "listen", "peers", "resolvers", "mailers", "userlist", "program",
     "http-errors", "ring", "cache", "fcgi-app", "log-forward")
)  # fmt: skip

REFUSED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "reqadd": ("2.1", "http-request add-header"),
        "rspadd": ("2.1", "http-response add-header"),
        "reqrep": ("2.1", "http-request replace-path, replace-uri or replace-header"),
        "reqirep": ("2.1", "http-request replace-path, replace-uri or replace-header"),
        "rsprep": ("2.1", "http-response replace-header"),
        "rspirep": ("2.1", "http-response replace-header"),
        "reqdel": ("2.1", "http-request del-header"),
        "reqidel": ("2.1", "http-request del-header"),
        "rspdel": ("2.1", "http-response del-header"),
        "rspidel": ("2.1", "http-response del-header"),
        "reqallow": ("2.1", "http-request allow"),
        "reqiallow": ("2.1", "http-request allow"),
        "reqdeny": ("2.1", "http-request deny"),
        "reqideny": ("2.1", "http-request deny"),
        "block": ("2.1", "http-request deny, which is written in the same way"),
        "contimeout": ("2.1", "timeout connect"),
        "clitimeout": ("2.1", "timeout client"),
        "srvtimeout": ("2.1", "timeout server"),
        "redispatch": ("2.1", "option redispatch"),
        "appsession": ("1.6", "cookie, or stick on"),
        "monitor-net": ("", "http-request return status 200 if { src NETWORK }"),
        "grace": ("2.5", "nothing: leave it out"),
        "nbproc": ("2.5", "nothing: threads are used by themselves"),
        "debug": ("", "nothing: the option -d of the command"),
        "tune.chksize": ("", "tune.bufsize"),
        "option forceclose": ("2.0", "nothing, or option httpclose if it must be"),
        "option http-tunnel": ("2.1", "nothing: leave it out"),
        "option http_proxy": ("2.5", "http-request set-dst"),
        "mode health": ("", "http-request return status 200"),
    }
)  # fmt: skip
"""By keyword: since when HAProxy refuses it ("" where it does not say), and what takes its place."""

WARNED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"bind-process": ("has no effect, and 2.7 no longer knows it", "leave it out")}
)
"""By keyword: what HAProxy 2.6 says of it, and what to do."""
