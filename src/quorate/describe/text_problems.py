"""What is wrong between a text of the crm shell in the section `resources` and the rest of the file. Pure."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from quorate.describe.crm_text import DEFAULTS
from quorate.describe.derive.crm_view import REFERENCE, values
from quorate.describe.derive.nodes import node_id
from quorate.describe.derive.pacemaker import said
from quorate.describe.fields import LITERAL_WHY
from quorate.describe.problems import Problem, problem
from quorate.describe.sections.whole import File
from quorate.describe.vocabulary import PROPERTIES_WITH_A_HOME
from quorate.dialect import model
from quorate.secret_names import is_secret_key

_WHY = "said in two places, the two could contradict each other"
_Statement = TypeVar("_Statement", bound=model.Statement)


def text_problems(file: File, text: model.Configuration) -> Iterator[Problem]:
    """Yield secrets in clear text, what is said in two places, and nodes that are not the file's."""
    yield from _secrets(file, text)
    yield from _properties(file, text)
    yield from _nodes(file, text)
    if file.fencing and file.fencing.levels and _of(text, model.FencingTopology):
        fix = "leave one of the two out"
        yield problem(
            "said-twice", "fencing levels stand in the text and under fencing", _WHY, fix, ("fencing", "levels")
        )


def _of(text: model.Configuration, kind: type[_Statement]) -> list[_Statement]:
    return [item for item in text.statements if isinstance(item, kind)]


def _parameters(item: model.Primitive) -> dict[str, str]:
    return values((part for part in item.body if isinstance(part, model.NvSet)), "params")


def _secrets(file: File, text: model.Configuration) -> Iterator[Problem]:
    """Yield parameters whose values are secrets, and entries of `secrets` that belong to nothing in the text."""
    known = {item.id: _parameters(item) for item in _of(text, model.Primitive)}
    for name, parameters in known.items():
        for key, value in parameters.items():
            if is_secret_key(key) and value != REFERENCE:
                summary = f"{key} of {name} must be a reference to a secret, not the secret itself"
                why = LITERAL_WHY
                entry = f"`secrets: {{{name}: {{{key}: {{env: NAME}}}}}}`"
                fix = f"write {key}={REFERENCE} here and {entry} in the file, and change the secret"
                yield problem("literal-secret", summary, why, fix, ("resources", name, "parameters", key))
    for name, entries in file.secrets.items():
        for key in entries:
            if known.get(name, {}).get(key) != REFERENCE:
                summary = f"the text of resources has no {key}={REFERENCE} in {name}"
                why = "a secret is handed to Pacemaker for a parameter that refers to it"
                fix = f"write {key}={REFERENCE} there, or remove this line"
                yield problem("secret-without-use", summary, why, fix, ("secrets", name, key))


def _properties(file: File, text: model.Configuration) -> Iterator[Problem]:
    section = file.pacemaker
    given: dict[str, Mapping[str, str]] = {
        "property": section.properties if section else {},
        "rsc_defaults": section.resource_defaults if section else {},
        "op_defaults": section.operation_defaults if section else {},
    }
    if section and section.stickiness is not None:
        given["rsc_defaults"] = {**given["rsc_defaults"], "resource-stickiness": section.stickiness}
    for kind, elsewhere in given.items():
        for name in said(text, kind):
            path = ("pacemaker", DEFAULTS[kind], name)
            if kind == "property" and name in PROPERTIES_WITH_A_HOME:
                yield problem(
                    "has-own-key", f"{name} has a key of its own", _WHY, f"write {PROPERTIES_WITH_A_HOME[name]}", path
                )
            elif name in elsewhere:
                summary = f"{name} stands in the text of resources and under pacemaker"
                yield problem("said-twice", summary, _WHY, "leave one of the two out", path)


def _nodes(file: File, text: model.Configuration) -> Iterator[Problem]:
    for node in _of(text, model.Node):
        path = ("resources", f"node {node.uname}")
        if node.type in {"remote", "ping"}:
            continue
        if node.uname not in file.nodes:
            summary = f"the file describes no node {node.uname}"
            fix = f"describe {node.uname} under nodes, or leave the statement out"
            yield problem("unknown-node", summary, "Corosync has only the nodes of the section nodes", fix, path)
            continue
        if node.id is not None and node.id != str(node_id(file, node.uname)):
            summary = f"{node.uname} has the id {node.id} in the text and {node_id(file, node.uname)} under nodes"
            fix = f"write `id: {node.id}` under nodes.{node.uname}, or leave the id out here"
            yield problem("said-twice", summary, "Corosync tells nodes apart by their ids", fix, path)
        entry = file.nodes[node.uname]
        both = set(entry.attributes) & set(values(node.sets, "attributes"))
        both |= set(entry.utilization) & set(values(node.sets, "utilization"))
        for name in sorted(both):
            summary = f"{name} of {node.uname} stands in the text of resources and under nodes"
            yield problem("said-twice", summary, _WHY, "leave one of the two out", path)
