"""`primitive id agent|@template [params …] [meta …] [utilization …] [op …]`, and `rsc_template`. Pure."""

import re

from quorate.dialect.crm import nvsets, ops
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import described, word
from quorate.dialect.crm.vocabulary import BUILT_IN
from quorate.dialect.model import Agent, NvSet, Operations, Primitive, SetKind

WORDS = ("primitive", "rsc_template")
MODELS = (Primitive,)
_KINDS: tuple[SetKind, ...] = ("params", "meta", "utilization")
_AGENT = re.compile(r"[\w.:/@\\-]+")


def read(cursor: Cursor) -> Primitive:
    """Read what follows the word."""
    is_template = cursor.first.text.lower() == "rsc_template"
    id_ = cursor.id("the template" if is_template else "the primitive")
    agent = template = None
    if not is_template and (cursor.peek() or "").startswith("@"):
        template = cursor.take("a template").text[1:]
    else:
        agent = _agent(cursor)
    description = nvsets.description(cursor)
    return Primitive(
        id=id_, agent=agent, template=template, is_template=is_template, description=description, body=_body(cursor)
    )


def _agent(cursor: Cursor) -> Agent:
    token = cursor.take("the agent, class:provider:type")
    parts = token.text.split(":")
    if not _AGENT.fullmatch(token.text) or not all(parts) or len(parts) > 3:
        raise cursor.refuse(token, "bad-agent", f'"{token.text}" names no agent',
                            "an agent is named by its class, for ocf its provider, and its type",
                            "write e.g. ocf:heartbeat:IPaddr2 or systemd:nginx")  # fmt: skip
    if len(parts) == 3:
        return Agent(parts[0], parts[1], parts[2])
    if len(parts) == 2 and parts[0].lower() != "ocf":
        return Agent(parts[0], None, parts[1])
    return Agent("ocf", "pacemaker" if parts[-1] in BUILT_IN else "heartbeat", parts[-1])


def _body(cursor: Cursor) -> tuple[NvSet | Operations, ...]:
    body: list[NvSet | Operations] = list(nvsets.read_sets(cursor, _KINDS))
    operations: int | None = None
    while cursor.word() in {*_KINDS, "op", "operations"}:
        if cursor.word() not in {"op", "operations"}:
            body += nvsets.read_sets(cursor, _KINDS, implicit=False)
        elif operations is None:
            operations = len(body)
            body.append(ops.read(cursor))
        else:
            more, before = ops.read(cursor), body[operations]
            known = before if isinstance(before, Operations) else Operations()
            body[operations] = Operations((*known.ops, *more.ops), more.id or known.id, more.ref or known.ref)
    return tuple(body)


def written(primitive: Primitive) -> list[str]:
    """Return the parts of the statement."""
    agent = f"@{primitive.template}" if primitive.template is not None else str(primitive.agent)
    parts = [" ".join(("rsc_template" if primitive.is_template else "primitive", word(primitive.id), word(agent)))]
    parts += described(primitive.description)
    for item in primitive.body:
        parts += ops.written(item) if isinstance(item, Operations) else [nvsets.written(item)]
    return parts
