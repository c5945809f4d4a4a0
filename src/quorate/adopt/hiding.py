"""Passwords in the lines of an input: whatever language it is, no place of a finding shows them. Pure."""

import re

from quorate.describe.derive.crm_view import REFERENCE
from quorate.lines import Lines, Span
from quorate.secret_names import is_secret_key

_VALUES = (
    re.compile(r"""(?P<name>[\w.-]+)\s*=\s*(?P<value>(?:"[^"]*(?:"|$)|'[^']*(?:'|$)|“[^”]*(?:”|$)|[^\s"'“>])+)"""),
    re.compile(r"""(?P<name>[\w.-]+)\s*:\s+(?P<value>\S.*)"""),
    re.compile(r"""\bname=["'](?P<name>[^"']+)["'][^>]*?\bvalue=["'](?P<value>[^"']*)["']"""),
    re.compile(r"""\bvalue=["'](?P<value>[^"']*)["'][^>]*?\bname=["'](?P<name>[^"']+)["']"""),
    re.compile(r"""(?P<name>shared-secret)\s+(?P<value>\S+)""", re.IGNORECASE),
    re.compile(r"""\s(?P<name>-p)\s+(?P<value>\S+)"""),
    re.compile(r"""\b(?P<name>auth)\s[^:]+:(?P<value>\S.*)""", re.IGNORECASE),  # haproxy.cfg
    re.compile(r"""\b(?P<name>(?:insecure-)?password)\s+(?!=)(?P<value>\S.*)""", re.IGNORECASE),
)
_WORDS = {"-p", "shared-secret", "auth"}


def hide(lines: Lines) -> None:
    """Hide the values of secrets in every place that is made of these lines from now on."""
    for number, line in enumerate(lines):
        for pattern in _VALUES:
            at = 0
            while found := pattern.search(line, at):
                name = found["name"].lower()
                secret = name in _WORDS or is_secret_key(name)
                if secret and found["value"].strip("\"'") != REFERENCE:
                    lines.hide(Span(number, found.start("value"), number, found.end("value")))
                at = found.end("name")  # a value may itself be a name and a value
