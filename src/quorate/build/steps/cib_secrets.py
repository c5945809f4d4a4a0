"""cib_secrets: passwords of fencing devices lie in files that only root reads; the CIB holds a reference to them.

Pacemaker's CIB secrets: a parameter whose value is `lrm://` is read from
/var/lib/pacemaker/lrm/secrets/RESOURCE/PARAMETER, with the MD5 sum in PARAMETER.sign beside it (cibsecret(8)). The
files must be on every node before the CIB names them.
"""

import hashlib
from collections.abc import Iterator, Mapping

from quorate.build.change import Change, Deed, Run, Thing, WriteFile
from quorate.build.step import States
from quorate.build.want import Want
from quorate.findings import Finding, Severity
from quorate.machines.host import Host, command
from quorate.observe.facts import file_state
from quorate.observe.gathering import gather_about
from quorate.render.cib import secrets
from quorate.render.cibsecret import secret_problem

TITLE = "secrets"
FOLDER = "/var/lib/pacemaker/lrm/secrets"


def problems(want: Want) -> Iterator[Finding]:
    """Yield a finding for each value that Pacemaker could not read back; the value is not shown."""
    for (resource, parameter), secret in secrets(want.cluster, want.platform).items():
        if problem := secret_problem(want.secret(secret)):
            yield Finding(
                "secret-unreadable",
                Severity.ERROR,
                f"the {secret} for {parameter} of {resource} cannot be used: {problem}",
                "Pacemaker would count the resource as not configured, and not say why",
                "give it a value of one line, without blanks at its end, of at most 254 bytes",
            )


def wanted(want: Want) -> dict[str, WriteFile]:
    """Return every secret file, by path."""
    contents = {}
    for (resource, parameter), secret in secrets(want.cluster, want.platform).items():
        if (resource, parameter) in want.in_clear:
            continue
        value = want.secret(secret).encode()
        contents[f"{FOLDER}/{resource}/{parameter}"] = value
        # MD5 is what cibsecret(8) writes and the executor compares; it guards against truncation, nothing else.
        contents[f"{FOLDER}/{resource}/{parameter}.sign"] = (
            hashlib.md5(value, usedforsecurity=False).hexdigest().encode()
        )
    return {path: WriteFile(path, content, mode=0o600, secret=True) for path, content in contents.items()}


async def look(host: Host, want: Want) -> Mapping[str, file_state.File]:
    """Return the state of the secret files."""
    return await gather_about(host, file_state, *wanted(want))


def changes(facts: Mapping[str, file_state.File], want: Want, name: str) -> Iterator[Change | Finding]:
    """Yield one change that writes the files which are absent or different; findings for unusable values."""
    if found := list(problems(want)):
        yield from found
        return
    stale = {path: file for path, file in wanted(want).items() if not file.is_done(facts[path])}
    if not stale:
        return
    if any(facts[path].exists and not file.is_content_of(facts[path]) for path, file in stale.items()):
        yield Finding(
            "secret-renewed",
            Severity.WARNING,
            f"a secret on {name} is another than before; Pacemaker keeps using the old one until it is told",
            "the fencer reads a secret when it registers a device: fencing would fail with the old password",
            "after this apply: `crm_resource --restart --resource DEVICE` for each device, then apply --test-fencing",
        )
    folders = sorted({path.rsplit("/", 1)[0] for path in stale})
    resources = ", ".join(folder.rsplit("/", 1)[1] for folder in folders)
    yield Change(
        name,
        TITLE,
        f"write the secrets of {resources}",
        (
            Run(command("install", "--directory", "--mode=0700", FOLDER, *folders)),
            *(file for _, file in sorted(stale.items())),
        ),
        things=tuple(
            (Thing("secret", path), Deed.CHANGED if facts[path].exists else Deed.CREATED) for path in sorted(stale)
        ),
    )


def things(facts: Mapping[str, file_state.File], want: Want, name: str) -> States:  # noqa: ARG001
    """Return the secret files, as digests."""
    return {Thing("secret", path): file.state for path, file in facts.items()}
