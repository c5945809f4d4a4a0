"""Passwords in clear text: a reference stands in their place, and `secrets` says where the value is found. Pure."""

import re
from dataclasses import replace

from quorate.adopt.account import Fate
from quorate.adopt.draft import Draft
from quorate.adopt.material import Held, Material
from quorate.describe.derive.crm_view import REFERENCE
from quorate.dialect.model import NvSet, Operations, Pair, Primitive, Statement
from quorate.findings import Severity
from quorate.secret_names import is_secret_key


def environment(resource: str, name: str) -> str:
    """Return the environment variable that a secret is to be put into."""
    return re.sub(r"[^A-Za-z0-9]", "_", f"{resource}_{name}").upper().lstrip("_0123456789")


def secrets(material: Material, draft: Draft) -> None:
    """Replace every secret in parameters of resources, and say for each where to put its value."""
    material.held = [replace(held, statement=_without(held, material, draft)) for held in material.held]


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
    name = pair.name
    if name is not None and pair.value == REFERENCE:
        material.say(Severity.INFO, held.place, "secret-on-nodes",
                     f"the value of {name} of {item.id} lies in a file on the nodes (cibsecret), and in no input",
                     "it stays there, and a new node would not have it",
                     f"say where it is under secrets.{item.id}.{name}, before a node is added")  # fmt: skip
    if name is None or not is_secret_key(name) or not pair.value or pair.value == REFERENCE:
        return pair
    material.hide(held, pair.value)
    variable = environment(item.id, name)
    draft.secrets.setdefault(item.id, {})[name] = {"env": variable}
    material.account.add(held.file, held.lines, f"{item.id} {name}", Fate.BECAME, f"secrets.{item.id}.{name}")
    material.say(Severity.WARNING, held.place, "secret-in-clear",
                 f"{name} of {item.id} stood here in clear text; the file has a reference in its place",
                 "whoever reads the CIB or this text can use it",
                 f"put the value into the environment variable {variable} of whoever runs quorate, "
                 f"or change secrets.{item.id}.{name} to {{file: PATH}}; better, change the password")  # fmt: skip
    return replace(pair, value=REFERENCE)
