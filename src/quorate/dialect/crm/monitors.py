"""`monitor` statements go into the primitives they are about. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from quorate.dialect.crm.references import Placed
from quorate.dialect.model import Monitor, Operations, Primitive


def placed(statements: Sequence[Placed]) -> list[Placed]:
    """Return the statements with each monitor in its primitive; one for a resource that is not here stays."""
    done = list(statements)
    for item in statements:
        if not isinstance(item.statement, Monitor):
            continue
        for number, other in enumerate(done):
            primitive = other.statement
            if isinstance(primitive, Primitive) and primitive.id == item.statement.resource:
                done[number] = Placed(_with(primitive, item.statement), other.tokens)
                done = [kept for kept in done if kept is not item]
                break
    return done


def _with(primitive: Primitive, monitor: Monitor) -> Primitive:
    comments = (*primitive.comments, *monitor.comments)
    body = list(primitive.body)
    for number, part in enumerate(body):
        if isinstance(part, Operations):
            body[number] = replace(part, ops=(*part.ops, monitor.op))
            return replace(primitive, body=tuple(body), comments=comments)
    return replace(primitive, body=(*body, Operations((monitor.op,))), comments=comments)
