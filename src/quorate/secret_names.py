"""Names that say that their value is a secret, in a cluster file as in a CIB. Pure."""

import re

_NAME = re.compile(
    r"(?:passwd|password|passphrase|passcode|secret|(?:^|[_.-])(?:pass|pwd|pw|token)"
    r"|(?:api|secret|access|private|auth)[_.-]?key)$",
    re.IGNORECASE,
)


def is_secret_key(key: str) -> bool:
    """True for keys such as password, admin_passwd, shared_secret; not for password_script, passwd-file, passive."""
    return bool(_NAME.search(key))
