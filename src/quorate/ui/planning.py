"""planning: from a cluster file to a plan, for plan and apply; plans kept in files; what an operator does not allow."""

import asyncio
import hashlib
import json
import os
import secrets
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from quorate import __version__
from quorate.build.apply import stages
from quorate.build.plan import Plan, partial, plan
from quorate.build.prepare import prepare
from quorate.build.saved import Asked, Saved, differences, document, parse, saved
from quorate.build.want import Want
from quorate.describe.cluster import Cluster
from quorate.errors import Refused, UsageError
from quorate.explore import keeping
from quorate.report.explored_words import seconds
from quorate.ui.options import read
from quorate.ui.planned import consequence_text
from quorate.ui.reach import Reach, reach

TOLD_MAX = 8
"""Differences that are named when a saved plan is refused; the rest is counted."""

SALT_BYTES = 32


def asked_for(cluster: Cluster, file: str, content: bytes, **options: Any) -> Asked:
    """Return what a plan is made from. content: the cluster file's. options: as in Asked."""
    path = "" if file == "-" else str(Path(file).resolve())
    return Asked(cluster=cluster.name, file=path, digest=hashlib.sha256(content).hexdigest(), **options)


def decided_by_plan(**options: object) -> None:
    """Raise UsageError where an option is given that a kept plan decides. options: by name, with _ for -."""
    given = [f"--{name.replace('_', '-')}" for name, value in options.items() if value]
    if given:
        raise UsageError(
            f"a plan that was kept has its own options, and takes no {', '.join(given)}",
            "give that to `quorate plan --save`, or apply the file; --max-interruption may go with --plan",
        )


def asked_again(
    old: Saved, cluster: Cluster, file: str, content: bytes, *, in_lab: bool, max_interruption_s: float | None
) -> Asked:
    """Return what a saved plan was made from, asked of its cluster file as that is now.

    max_interruption_s: what is allowed today; the stricter of this and the plan's holds.
    """
    if cluster.name != old.asked.cluster:
        raise UsageError(
            f"the plan is for {old.asked.cluster}, the file for {cluster.name}", "give the plan's own file"
        )
    if in_lab and not old.asked.in_lab:
        raise UsageError("the plan is for real hosts, not for the lab", "make one with `quorate plan --lab --save`")
    now = asked_for(cluster, file, content)
    allowed = [one for one in (old.asked.max_interruption_s, max_interruption_s) if one is not None]
    return replace(old.asked, file=now.file, digest=now.digest, max_interruption_s=min(allowed, default=None))


async def wanted(
    cluster: Cluster, found: Reach, asked: Asked, *, return_s: float = 300.0, without: frozenset[str] = frozenset()
) -> Want:
    """Return Want for the nodes that answered, with what actions took in this cluster."""
    return await prepare(
        cluster,
        found.fleet,
        found.secret,
        witness=found.witness(),
        return_s=return_s,
        overwrite=asked.overwrite,
        adopt=asked.adopt,
        prune=asked.prune,
        remove=asked.remove,
        connect=found.further,
        rotate_key=asked.rotate_key,
        rotate_keys=asked.rotate_keys,
        measured=keeping.load(cluster.name, in_lab=asked.in_lab),
        place=found.lab.kind if found.lab else "hosts",
        without=without,
        max_interruption_s=asked.max_interruption_s,
    )


def planned(cluster: Cluster, asked: Asked) -> Saved:
    """Look at every host that answers and return the plan; where none does, their errors are raised."""

    async def make() -> Plan:
        async with reach(cluster, in_lab=asked.in_lab) as found:
            if not found.fleet:
                found.everybody()
            want = await wanted(cluster, found, asked)
            chosen = stages(test_fencing=asked.test_fencing)
            if found.failed:
                return await plan(found.fleet, want, partial(chosen), unseen=found.failed)
            return await plan(found.fleet, want, chosen)

    return stamped(asyncio.run(make()), asked)


def stamped(made: Plan, asked: Asked, salt: str | None = None) -> Saved:
    """Return a plan with when and by what it was made. salt: of the plan that it is to be compared with."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return saved(made, asked, now, __version__, secrets.token_hex(SALT_BYTES) if salt is None else salt)


def hold_to(made: Plan, asked: Asked, old: Saved | None = None) -> None:
    """Raise Refused where the plan does more than is allowed, or is not the one that was saved."""
    if old and (said := differences(old, stamped(made, asked, old.salt))):
        more = f"; and {len(said) - TOLD_MAX} more" if len(said) > TOLD_MAX else ""
        raise Refused(
            f"the plan of {old.made} was made for another state: {'; '.join(said[:TOLD_MAX])}{more}",
            "nothing was changed; make a new plan, and look at it",
        )
    if asked.max_interruption_s is None or not made.changes:
        return
    found, allowed = made.consequences, seconds(asked.max_interruption_s)
    if found is None or found.unknown:
        why = found.unknown if found else "nobody asked"
        raise Refused(
            f"it cannot be said whether a service is interrupted for longer than {allowed}: {why}",
            "nothing was changed; apply without --max-interruption to go on all the same",
        )
    longer = [f"{one.service} {consequence_text(one)}" for one in found.longer_than(asked.max_interruption_s)]
    if longer:
        raise Refused(
            f"more than {allowed} of interruption: {click.unstyle('; '.join(longer))}",
            "nothing was changed; allow more, or change less",
        )


def write(path: Path, one: Saved) -> None:
    """Keep a plan in a file, whole or not at all, for its owner alone: it says what lies on every host."""
    text = json.dumps(document(one), indent=2, ensure_ascii=False) + "\n"
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def kept(path: str) -> Saved:
    """Return the plan that a file holds; UsageError where it holds none."""
    try:
        return parse(json.loads(read(path)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(f"{path} holds no plan: {error}", "give what `quorate plan --save` wrote") from error
