"""Passwords in clear text: a reference stands in their place, and `secrets` says where the value is found. Pure."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from quorate.adopt.account import Fate
from quorate.adopt.draft import Draft
from quorate.adopt.material import Held, Material
from quorate.describe.derive.crm_view import REFERENCE
from quorate.dialect.model import NvSet, Operations, Pair, Primitive, Raw, Statement
from quorate.findings import Severity
from quorate.secret_names import is_secret_key, secrets_within


def environment(resource: str, name: str) -> str:
    """Return the environment variable that a secret is to be put into."""
    return re.sub(r"[^A-Za-z0-9]", "_", f"{resource}_{name}").upper().lstrip("_0123456789")


def secrets(material: Material, draft: Draft) -> None:
    """Replace every secret in parameters of resources, and say for each where to put its value."""
    material.held = [replace(held, statement=_without(held, material, draft)) for held in material.held]


def without_place(material: Material) -> None:
    """Leave out what has a password that Pacemaker cannot keep out of the CIB: an alert, a node, an operation."""
    for held in list(material.held):
        found = list(_elsewhere(held.statement))
        for pair in found:
            material.hide(held, pair.value or "")
        if found:
            names = ", ".join(pair.name or "" for pair in found)
            material.held.remove(held)
            why = f"it has {names} in clear text; on a running cluster it stays as it is"
            material.account.add(held.file, held.lines, held.what, Fate.DROPPED, why)
            material.say(Severity.WARNING, held.place, "secret-without-place",
                         f"{held.what} is left out, for it has {names} in clear text",
                         "only values of resources' parameters can be kept out of the CIB",
                         "have the program read it from a file of its own")  # fmt: skip


def on_nodes(material: Material, draft: Draft) -> None:
    """Say which values lie on the nodes, where the file does not say where they come from."""
    for held in material.held:
        item = held.statement
        if not isinstance(item, Primitive):
            continue
        for pair in _pairs(item.body):
            if pair.value == REFERENCE and pair.name not in draft.secrets.get(item.id, {}):
                material.say(Severity.INFO, held.place, "secret-on-nodes",
                             f"the value of {pair.name} of {item.id} lies in a file on the nodes, and in no input",
                             "it stays there (cibsecret(8)), and a new node would not have it",
                             f"name its source under secrets.{item.id}.{pair.name} before a node is added")  # fmt: skip


def _elsewhere(statement: Statement) -> Iterator[Pair]:
    """Yield the pairs of a statement that are secrets in clear text."""
    if isinstance(statement, Raw):
        for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', statement.xml):
            if _is_secret(pair := Pair(name, value)):
                yield pair
    parts: Any = statement
    if isinstance(statement, Primitive):
        parts = tuple(part for part in statement.body if not (isinstance(part, NvSet) and part.kind == "params"))
    yield from filter(_is_secret, _pairs(parts))


def _pairs(value: Any) -> Iterator[Pair]:
    """Yield all pairs within a statement or a part of one."""
    if isinstance(value, Pair):
        yield value
    elif isinstance(value, tuple) and len(value) == 2 and all(isinstance(item, str) for item in value):
        yield Pair(*value)  # an attribute, of an operation for example
    elif isinstance(value, tuple):
        for item in value:
            yield from _pairs(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _pairs(getattr(value, field.name))


def _is_secret(pair: Pair) -> bool:
    if pair.name is None or pair.value in {None, "", REFERENCE}:
        return False
    return is_secret_key(pair.name) or bool(secrets_within(pair.value or ""))


def _without(held: Held, material: Material, draft: Draft) -> Statement:
    item = held.statement
    if not isinstance(item, Primitive):
        return item
    body: list[NvSet | Operations] = []
    for part in item.body:
        if isinstance(part, NvSet) and part.kind == "params":
            body.append(replace(part, pairs=tuple(_pair(pair, item, held, material, draft) for pair in part.pairs)))
        else:
            body.append(part)
    return replace(item, body=tuple(body))


def _pair(pair: Pair, item: Primitive, held: Held, material: Material, draft: Draft) -> Pair:
    if not _is_secret(pair):
        return pair
    name = pair.name or ""
    material.hide(held, pair.value or "")
    variable = environment(item.id, name)
    draft.secrets.setdefault(item.id, {})[name] = {"env": variable}
    material.account.add(held.file, held.lines, f"{item.id} {name}", Fate.BECAME, f"secrets.{item.id}.{name}")
    material.say(Severity.WARNING, held.place, "secret-in-clear",
                 f"{name} of {item.id} stood here in clear text; the file has a reference in its place",
                 "whoever reads the CIB or this text can use it",
                 f"put the value into the environment variable {variable} of whoever runs quorate, "
                 f"or change secrets.{item.id}.{name} to {{file: PATH}}; better, change the password")  # fmt: skip
    return replace(pair, value=REFERENCE)
