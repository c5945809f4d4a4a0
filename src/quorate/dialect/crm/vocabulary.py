"""The words of the crm shell's language, as crmsh 4.4 knows them. Pure."""

SET_WORDS = {
    "params": "instance_attributes",
    "meta": "meta_attributes",
    "utilization": "utilization",
    "attributes": "instance_attributes",
    "op_params": "instance_attributes",
    "op_meta": "meta_attributes",
}
"""What begins a set of nvpairs -> the element of the CIB."""

TERMINATORS = frozenset(
    ("params", "meta", "utilization", "operations", "op", "op_params", "op_meta", "rule", "attributes")
)
"""A bare word in a list of nvpairs is a name without a value, unless it is one of these."""

OP_ATTRIBUTES = (
    "id", "name", "description", "interval", "interval-origin", "start-delay", "timeout", "enabled", "record-pending",
    "role", "on-fail",
)  # fmt: skip
"""Attributes of <op>; any other name becomes a parameter of the operation."""

ROLES = ("Stopped", "Started", "Master", "Slave", "Promoted", "Unpromoted")
ACTIONS = ("start", "promote", "demote", "stop")
KINDS = ("Optional", "Mandatory", "Serialize")
BINARY = ("lt", "gt", "lte", "gte", "eq", "ne")
UNARY = ("defined", "not_defined")
TYPES = ("string", "version", "number", "integer")
DATE_FIELDS = (
    "hours", "monthdays", "weekdays", "yearsdays", "yeardays", "months", "weeks", "years", "weekyears", "moon", "days",
    "minutes", "seconds",
)  # fmt: skip
ENGINES = ("docker", "rkt", "podman")

COMMANDS = frozenset(
    ("verify", "commit", "show", "edit", "refresh", "end", "cd", "up", "back", "quit", "bye", "exit", "help", "ls",
     "erase", "save", "upgrade", "ptest", "simulate", "configure")
)  # fmt: skip
"""Commands of the shell that stand in transcripts between the statements and configure nothing."""

BUILT_IN = frozenset(("ping", "pingd", "controld", "ClusterMon", "HealthCPU", "HealthIOWait", "HealthSMART", "SysInfo",
                      "SystemHealth", "Stateful", "NodeUtilization", "remote", "ifspeed", "attribute"))  # fmt: skip
"""Agents that only the provider pacemaker has; for a bare type crmsh takes heartbeat wherever it has one."""

TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def canonical(word: str, words: tuple[str, ...]) -> str | None:
    """Return `word` as `words` spell it, or None if it is none of them whatever its case."""
    return next((known for known in words if known.lower() == word.lower()), None)


def boolean(word: str) -> bool | None:
    """Return what a boolean of the crm shell means, or None if it is none."""
    return True if word.lower() in TRUE else False if word.lower() in FALSE else None
