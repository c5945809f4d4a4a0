"""saved: a plan as a document, to be shown, kept and applied later; and what is otherwise since. Pure.

The document (docs/reference/plan.schema.json) holds no secret: contents are digests, and differences are masked where
they are made. A plain digest of a short password is found by trying; so all digests have a key, the plan's random salt
(HMAC, RFC 2104). Who has the salt can still try: it is in the file that is kept, and not in what is printed.

The document names the state that it was made for: of everything that was looked at, of the CIB with its epoch, of the
cluster file. `differences` names what of that is another now, on the same salt; a plan with any is not applied.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from quorate.build.change import Change, Deed, Effect, Thing, WriteFile
from quorate.build.consequences import Act, Consequence, Consequences, Fate
from quorate.build.plan import Plan
from quorate.build.steps import corosync_key, made_secrets, service_keys, storage
from quorate.explore.result import Figure, Stretch
from quorate.findings import Finding, Place, Severity

SCHEMA = "quorate.plan/1"
RANDOM = frozenset({corosync_key.TITLE, made_secrets.TITLE, service_keys.TITLE, storage.TITLE})
"""Steps that make secrets of their own: the cluster's key, passwords and keys of services, that of a DRBD device."""

DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
"""A SHA-256 in a state; other words of it, as owners and versions, are no secrets."""

CLUSTER = "the cluster"
"""What the host "" is called in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a plan was made from. file: the cluster file's absolute path, "" for standard input; digest: its SHA-256.

    The rest are the command's options. max_interruption_s: None where any interruption is allowed.
    """

    cluster: str
    file: str
    digest: str
    in_lab: bool = False
    test_fencing: bool = False
    prune: bool = False
    remove: tuple[str, ...] = ()
    rotate_key: bool = False
    rotate_keys: tuple[str, ...] = ()
    overwrite: tuple[str, ...] = ()
    adopt: tuple[str, ...] = ()
    max_interruption_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A plan with what it was made from. acts: a digest of each change's actions, in the order of the changes.

    salt: hexadecimal, the key of all digests, those in the plan's states, too.
    """

    asked: Asked
    plan: Plan
    acts: tuple[str, ...]
    salt: str = field(repr=False)
    made: str = ""
    quorate: str = ""


def saved(plan: Plan, asked: Asked, made: str, quorate: str, salt: str) -> Saved:
    """Return a plan that was made now. made: the time, as ISO 8601. quorate: the version that made it.

    salt: hexadecimal, random; that of an earlier plan where this one is to be compared with it.
    """
    key = bytes.fromhex(salt)
    states = {
        place: DIGEST.sub(lambda found: _keyed(key, found[0].encode()), state) for place, state in plan.states.items()
    }
    acts = tuple(_keyed(key, acts_of(change)) for change in plan.changes)
    return Saved(asked=asked, plan=replace(plan, states=states), acts=acts, salt=salt, made=made, quorate=quorate)


def _keyed(key: bytes, content: bytes) -> str:
    return hmac.new(key, content, hashlib.sha256).hexdigest()


def acts_of(change: Change) -> bytes:
    """Return what a change would do, for its digest: what it writes, which commands it runs.

    What commands read is left out, for the CIB to write holds counters that change all the time; so are secrets that
    are made of random numbers each time (RANDOM), and their values in files. Where they lie already, states tell.
    """
    acts = []
    for action in change.actions:
        if isinstance(action, WriteFile):
            random = action.secret and change.step in RANDOM
            content = b"" if random else action.content if action.marked is None else action.marked
            acts.append(repr((action.path, content, action.mode, action.owner, action.group)))
        else:
            acts.append(repr(action.command.argv))
    return "".join(acts).encode()


# --- as a document -------------------------------------------------------------------------------------------------


def printed(one: Saved) -> dict[str, Any]:
    """Return the document as it is printed, for logs and pipes: without the salt, so that nobody can try passwords."""
    return {**document(one), "salt": ""}


def document(one: Saved) -> dict[str, Any]:
    """Return plain values for json.dumps, to be kept; `parse` reads them back."""
    plan = one.plan
    digests = iter(one.acts)
    return {
        "schema": SCHEMA,
        "quorate": one.quorate,
        "salt": one.salt,
        "made": one.made,
        "asked": asdict(one.asked),
        "effect": plan.effect.value,
        "changes": [
            {**_change(change), "stage": stage, "acts": next(digests)}
            for stage, changes in plan.stages
            for change in changes
        ],
        "findings": [asdict(finding) for finding in plan.findings],
        "consequences": None if plan.consequences is None else _consequences(plan.consequences),
        "hosts": _hosts(plan),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "host": change.host,
        "step": change.step,
        "words": change.words,
        "effect": change.effect.value,
        "difference": change.difference,
        "empties": change.empties,
        "things": [{"kind": t.kind, "name": t.name, "deed": deed.value} for t, deed in change.things],
    }


def _consequences(found: Consequences) -> dict[str, Any]:
    services = [{**asdict(one), "fate": one.fate.value} for one in found.services]
    longest_s = found.longest_s
    return {
        **asdict(found),
        "services": services,
        "longest_s": None if longest_s == float("inf") else round(longest_s, 3),
        "all_come_back": longest_s != float("inf"),
    }


def _hosts(plan: Plan) -> dict[str, list[dict[str, str]]]:
    """Return everything by host: what becomes of it ("" where that is no question), and the state it is in now."""
    found: dict[str, list[dict[str, str]]] = {}
    deeds = plan.deeds
    for place in sorted({**plan.states, **deeds}):
        host, thing = place
        deed = deeds[place].value if place in deeds else ""
        one = {"kind": thing.kind, "name": thing.name, "deed": deed, "state": plan.states.get(place, "")}
        found.setdefault(host, []).append(one)
    return found


def parse(value: Mapping[str, Any]) -> Saved:
    """Read a document; ValueError, KeyError, TypeError or AttributeError where it is none."""
    if value["schema"] != SCHEMA:
        raise ValueError(f"its schema is {value['schema']}, not {SCHEMA}")
    if not value["salt"]:
        raise ValueError("it was printed, and lacks what only a kept plan has")
    asked = value["asked"]
    states: dict[tuple[str, Thing], str] = {}
    for host, things in value["hosts"].items():
        for one in things:
            states[str(host), Thing(str(one["kind"]), str(one["name"]))] = str(one["state"])
    found = value["consequences"]
    plan = Plan(
        tuple(_stages(value["changes"])),
        tuple(_finding(one) for one in value["findings"]),
        None if found is None else _parsed_consequences(found),
        states,
    )
    return Saved(
        asked=Asked(
            **{**asked, **{name: tuple(asked[name]) for name in ("remove", "rotate_keys", "overwrite", "adopt")}}
        ),
        plan=plan,
        acts=tuple(str(one["acts"]) for one in value["changes"]),
        salt=bytes.fromhex(value["salt"]).hex(),
        made=str(value["made"]),
        quorate=str(value["quorate"]),
    )


def _stages(changes: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, tuple[Change, ...]]]:
    found: dict[str, list[Change]] = {}
    for one in changes:
        things = tuple((Thing(str(t["kind"]), str(t["name"])), Deed(t["deed"])) for t in one["things"])
        change = Change(
            str(one["host"]),
            str(one["step"]),
            str(one["words"]),
            (),
            Effect(one["effect"]),
            str(one["difference"]),
            things,
            bool(one["empties"]),
        )
        found.setdefault(str(one["stage"]), []).append(change)
    return ((stage, tuple(several)) for stage, several in found.items())


def _finding(one: Mapping[str, Any]) -> Finding:
    place = None if one["place"] is None else Place(**one["place"])
    return Finding(**{**one, "severity": Severity(one["severity"]), "path": tuple(one["path"]), "place": place})


def _parsed_consequences(found: Mapping[str, Any]) -> Consequences:
    return Consequences(
        services=tuple(map(_consequence, found["services"])),
        acts=tuple(Act(**one) for one in found["acts"]),
        unknown=str(found["unknown"]),
        remarks=tuple(map(str, found["remarks"])),
        scheduler=str(found["scheduler"]),
    )


def _consequence(one: Mapping[str, Any]) -> Consequence:
    return Consequence(
        service=str(one["service"]),
        fate=Fate(one["fate"]),
        interruption=None if one["interruption"] is None else Figure(**one["interruption"]),
        before=tuple(map(str, one["before"])),
        after=tuple(map(str, one["after"])),
        path=tuple(Stretch(**stretch) for stretch in one["path"]),
        why=str(one["why"]),
        until=str(one.get("until", "")),
        through=str(one.get("through", "")),
    )


# --- against what is now -------------------------------------------------------------------------------------------


def differences(old: Saved, new: Saved) -> list[str]:
    """Return what is otherwise now than when a plan was made, each in a few words; [] where it is still good.

    new: what the same command gives now, on the same options and on the salt of the old one.
    """
    said = []
    if new.asked.digest != old.asked.digest:
        said.append(f"the cluster file {old.asked.file or ''} has another content".replace("  ", " "))
    said += _states(old.plan.states, new.plan.states)
    said += _changes(old, new)
    said += _services(old.plan.consequences, new.plan.consequences)
    return said


def _states(old: Mapping[tuple[str, Thing], str], new: Mapping[tuple[str, Thing], str]) -> Iterator[str]:
    for place in sorted({**old, **new}):
        before, now = old.get(place, ""), new.get(place, "")
        if before != now:
            host, thing = place
            what = "is new" if not before else "is gone" if not now else "is another"
            yield f"{host or CLUSTER}: {thing.kind} {thing.name} {what}"


def _changes(old: Saved, new: Saved) -> Iterator[str]:
    """Yield what would be done now and is not in the plan, or the other way; what states explain comes twice."""

    def keys(one: Saved) -> dict[tuple[str, str, str, str], Change]:
        return {(c.host, c.step, c.words, acts): c for c, acts in zip(one.plan.changes, one.acts, strict=True)}

    before, now = keys(old), keys(new)
    for key, change in now.items():
        if key not in before:
            yield f"{change.host}: to {change.words}, which is not what was planned"
    for key, change in before.items():
        if key not in now and not any(key[:3] == other[:3] for other in now):
            yield f"{change.host}: nothing left of this: {change.words}"


def _services(old: Consequences | None, new: Consequences | None) -> Iterator[str]:
    """Yield which services would meet something else. Nothing where nothing is to do in one of both: changes say it."""
    if old and new and bool(old.unknown) != bool(new.unknown):
        yield (
            f"what services would make of it cannot be foretold: {new.unknown}"
            if new.unknown
            else f"what services would make of it can be foretold, and could not: {old.unknown}"
        )
    before = {one.service: one for one in old.services} if old else {}
    now: Sequence[Consequence] = new.services if new else ()
    for one in now:
        was = before.get(one.service)
        if was is None:
            continue
        if was.before != one.before:
            yield f"{one.service} runs on {_listed(one.before)}, and ran on {_listed(was.before)}"
        elif was.fate is not one.fate:
            yield f"{one.service} would be {one.fate.value}, and was to be {was.fate.value}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names) or "no node"
