"""Words that Pacemaker knows, spelled as it does whatever the case in which they were typed. Pure.

Mended: the words of the shell, names of properties, meta attributes and attributes of operations, roles, agents. Not
mended: names of an agent's parameters and ids (references.py knows those).
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from quorate.dialect.crm.lexer import Token
from quorate.dialect.crm.vocabulary import OP_ATTRIBUTES, ROLES, canonical
from quorate.dialect.text import Text
from quorate.findings import Severity

_PARTS = frozenset(("params", "meta", "utilization", "operations", "op", "op_params", "op_meta"))
_CLASSES = ("ocf", "stonith", "systemd", "lsb", "service", "upstart", "nagios")
_NAMES = frozenset(
    (*OP_ATTRIBUTES, "batch-limit", "cluster-delay", "cluster-infrastructure", "cluster-name",
     "cluster-recheck-interval",
     "concurrent-fencing", "dc-deadtime", "dc-version", "enable-acl", "enable-startup-probes", "fence-reaction",
     "have-watchdog", "maintenance-mode", "migration-limit", "no-quorum-policy", "node-health-strategy",
     "placement-strategy", "priority-fencing-delay", "remove-after-stop", "shutdown-escalation", "shutdown-lock",
     "start-failure-is-fatal", "startup-fencing", "stonith-action", "stonith-enabled", "stonith-max-attempts",
     "stonith-timeout", "stonith-watchdog-timeout", "stop-all-resources", "stop-orphan-actions",
     "stop-orphan-resources", "symmetric-cluster", "default-resource-stickiness", "expected-quorum-votes",
     "last-lrm-refresh", "allow-migrate", "failure-timeout", "is-managed", "migration-threshold", "multiple-active",
     "priority", "resource-stickiness", "target-role", "maintenance", "clone-max", "clone-min", "clone-node-max",
     "globally-unique", "interleave", "master-max", "master-node-max", "notify", "ordered", "promotable",
     "promoted-max", "promoted-node-max")
)  # fmt: skip
_FIXED = frozenset(("property", "rsc_defaults", "op_defaults", "meta", "op"))
_PLACEHOLDER = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")


def mended(tokens: list[Token], source: Text, agents: Collection[str], words: Collection[str]) -> list[Token]:
    """Return the tokens of a statement with their spelling mended, and say what was."""
    return list(_mended(tokens, source, agents, words))


def _mended(tokens: list[Token], source: Text, agents: Collection[str], words: Collection[str]) -> Iterator[Token]:
    part = statement = tokens[0].text.lower()
    for number, token in enumerate(tokens):
        said = token.text
        if number == 0 and said != statement and statement in words:
            source.say(Severity.INFO, token.span, "wrong-case", f'"{said}" is spelled "{statement}"',
                       "the crm shell takes it whatever its case", f"write {statement}")  # fmt: skip
        elif number > 1 and said.lower() in _PARTS and not token.quoted:
            part = said.lower()
            if said != part:
                source.say(Severity.INFO, token.span, "wrong-case", f'"{said}" is spelled "{part}"',
                           "the crm shell takes it whatever its case", f"write {part}")  # fmt: skip
        elif number == 2 and statement in {"primitive", "rsc_template"}:
            yield _agent(token, source, agents)
            continue
        elif number and "=" in said:
            yield _pair(token, source, part)
            continue
        yield token


def _agent(token: Token, source: Text, agents: Collection[str]) -> Token:
    meant = [agent for agent in agents if agent.lower() == token.text.lower()]
    class_, colon, rest = token.text.partition(":")
    known = canonical(class_, _CLASSES) if colon else None
    spelled = meant[0] if len(meant) == 1 else f"{known}:{rest}" if known else token.text
    if spelled == token.text:
        return token
    return _spelled(token, source, token.text, spelled, spelled)


def _pair(token: Token, source: Text, part: str) -> Token:
    name, _, value = token.text.partition("=")
    if _PLACEHOLDER.fullmatch(value) and part == "params":
        source.say(Severity.WARNING, token.span, "placeholder", f'the value of "{name}" looks like a placeholder',
                   "the text was made to be filled in", f"write the value of {name}")  # fmt: skip
    if len(value) > 3 and not value.strip("*"):  # crmsh shows six
        source.say(Severity.ERROR, token.span, "hidden-value", f'asterisks stand where the value of "{name}" was',
                   "crmsh shows passwords like this; loaded again, the asterisks would be the password",
                   f"write the value of {name}")  # fmt: skip
    if part in _FIXED and name.lower() in _NAMES and name != name.lower():
        token = _spelled(token, source, name, name.lower(), f"{name.lower()}={value}")
        name = name.lower()
    if part == "op" and name in {"role", "$role"} and (role := canonical(value, ROLES)) not in {None, value}:
        return _spelled(token, source, value, str(role), f"{name}={role}")
    if part == "params" and name == "fstype" and value != value.lower():
        return _spelled(token, source, value, value.lower(), f"{name}={value.lower()}")
    return token


def _spelled(token: Token, source: Text, said: str, meant: str, text: str) -> Token:
    source.say(Severity.WARNING, token.span, "wrong-case", f'"{said}" is spelled "{meant}"; read as that',
               "Pacemaker does not know it in this case", f"write {meant}")  # fmt: skip
    return replace(token, text=text)
