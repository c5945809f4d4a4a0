"""Names that say that their value is a secret, in a cluster file as in a CIB. Pure."""

import re

_WORD = (
    r"(?:passwd|password|passphrase|passcode|secret|community|(?<![^\W_])(?:pass|pwd|pw|token)"
    r"|(?:api|secret|access|private|auth)[_.-]?key)"
)  # whoever knows the community of a power switch can write to it (SNMP)
_NAME = re.compile(rf"{_WORD}$", re.IGNORECASE)
# lrm:// refers to a secret on the nodes
_INSIDE = re.compile(rf"""({_WORD}\s*=\s*)(?!["']?lrm://)("[^"]*"?|'[^']*'?|\S+)""", re.IGNORECASE)


def is_secret_key(key: str) -> bool:
    """True for keys such as password, admin_passwd, shared_secret; not for password_script, passwd-file, passive."""
    return bool(_NAME.search(key))


def secrets_within(value: str) -> list[str]:
    """Return the secrets that stand within a value, e.g. in options of a command: --password=hunter2."""
    return [found[2] for found in _INSIDE.finditer(value)]


def masked_within(value: str) -> str:
    """Return a value with asterisks in the place of each secret within it."""
    return _INSIDE.sub(rf"\1{'*' * 8}", value)
