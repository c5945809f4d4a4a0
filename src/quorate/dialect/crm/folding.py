"""Statements that are part of another go there: monitors into primitives, properties to others of the same id. Pure.

The shell adds them up as they are typed in; crmsh refuses a file that has the same set of properties twice.
"""

from collections.abc import Sequence
from dataclasses import replace

from quorate.dialect.crm.references import Placed
from quorate.dialect.model import DEFAULT_IDS, Monitor, Operations, Primitive, Properties


def folded(statements: Sequence[Placed]) -> list[Placed]:
    """Return the statements, each where it belongs."""
    return _properties(_monitors(statements))


def _properties(statements: Sequence[Placed]) -> list[Placed]:
    """Add up properties; of a name said twice the last value counts."""
    done: list[Placed] = []
    first: dict[tuple[str, str], int] = {}
    for item in statements:
        said = item.statement
        if not isinstance(said, Properties) or said.ref is not None:
            done.append(item)
            continue
        key = (said.kind, said.id or DEFAULT_IDS[said.kind])
        at = first.setdefault(key, len(done))
        there = done[at].statement if at < len(done) else None
        if isinstance(there, Properties):
            done[at] = Placed(_sum(there, said), (*done[at].tokens, *item.tokens))
        else:
            done.append(item)
    return done


def _sum(there: Properties, more: Properties) -> Properties:
    again = {pair.name for pair in more.pairs if pair.name is not None}
    return replace(
        there,
        pairs=(*(pair for pair in there.pairs if pair.name not in again), *more.pairs),
        rules=(*there.rules, *more.rules),
        id=there.id or more.id,
        comments=(*there.comments, *more.comments),
    )


def _monitors(statements: Sequence[Placed]) -> list[Placed]:
    """Return the statements with each monitor in its primitive; one for a resource that is not here stays."""
    done = list(statements)
    for item in statements:
        if not isinstance(item.statement, Monitor):
            continue
        for number, other in enumerate(done):
            primitive = other.statement
            if isinstance(primitive, Primitive) and primitive.id == item.statement.resource:
                done[number] = Placed(_with(primitive, item.statement), (*other.tokens, *item.tokens))
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
