"""What Pacemaker is installed here, and whether it takes a CIB. Runs its programs, reads its schemas."""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from lxml import etree

from quorate.errors import Missing, Unknown
from quorate.explore.scheduler.fitting import Base, Installed, fit
from quorate.explore.scheduler.graph import parse
from quorate.findings import Finding, Severity

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
SCHEMAS = Path("/usr/share/pacemaker")
HINT = "as root, apt-get install pacemaker-cli-utils"


def installed() -> Installed:
    """Ask Pacemaker's programs; Missing where they are not installed, Unknown where they do not answer."""
    program = found("crm_simulate")
    version = _said(program, "--version").partition("\n")[0].removeprefix("Pacemaker ").partition("-")[0].strip()
    try:
        empty = parse(_said(found("cibadmin"), "--empty"))
    except etree.XMLSyntaxError as error:
        raise Unknown(f"cibadmin --empty printed no CIB: {error}", HINT) from error
    return Installed(version, str(empty.get("crm_feature_set")), str(empty.get("validate-with")), program)


def found(program: str) -> str:
    """Return the path of a program of Pacemaker's, which may lie where only root looks; Missing if it is not here."""
    path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:{PATH}")
    if path is None:
        raise Missing(f"{program} is not installed", HINT)
    return path


def _said(program: str, *words: str) -> str:
    env = {"PATH": PATH, "LC_ALL": "C"}
    done = subprocess.run([program, *words], env=env, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise Unknown(f"{program} {' '.join(words)} ended with {done.returncode}: {done.stderr.strip()}", HINT)
    return done.stdout


def fitted(text: str, known: Installed | None = None) -> Base:
    """Return the base that a text makes here (fitting.py), validated where its schema had to be lowered."""
    known = known or installed()
    base = fit(text, known)
    return replace(base, findings=(*base.findings, *_complaints(base, known))) if base.lowered else base


def _complaints(base: Base, known: Installed) -> tuple[Finding, ...]:
    try:
        schema = etree.RelaxNG(file=str(SCHEMAS / f"{known.schema}.rng"))
    except (etree.RelaxNGParseError, OSError) as error:
        raise Unknown(
            f"the schema {known.schema} cannot be read: {error}",
            "as root, apt-get install --reinstall pacemaker-common",
        ) from None
    if schema.validate(parse(base.cib)):
        return ()
    words = "; ".join(dict.fromkeys(str(entry.message) for entry in schema.error_log))
    return (
        Finding(
            "cib-too-new",
            Severity.ERROR,
            f"the CIB has what the schema {known.schema} of Pacemaker {known.version} here does not know: {words}",
            "It was written for a newer Pacemaker, and to leave that out would be to explore another cluster.",
            "explore it on a machine that has the cluster's version of Pacemaker",
        ),
    )
