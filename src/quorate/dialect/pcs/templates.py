"""Templates filled in: each primitive of one says all of it, as Pacemaker reads it, for pcs has no templates. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from quorate.dialect.model import NvSet, Op, Operations, Primitive, Statement


def filled_in(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Return the statements without templates; a primitive of one that is not there stays as it is."""
    statements = tuple(statements)
    known = {one.id: one for one in statements if isinstance(one, Primitive) and one.is_template}
    return tuple(_filled_in(one, known) for one in statements if not (isinstance(one, Primitive) and one.is_template))


def _filled_in(statement: Statement, known: Mapping[str, Primitive]) -> Statement:
    template = known.get(statement.template or "") if isinstance(statement, Primitive) else None
    if not isinstance(statement, Primitive) or template is None:
        return statement
    sets = tuple(part for part in statement.body if isinstance(part, NvSet))
    ours = tuple(part for part in template.body if isinstance(part, NvSet))
    ops = _ops(_of(statement), _of(template))
    body: tuple[NvSet | Operations, ...] = _sets(sets, ours)
    return replace(statement, template=None, agent=template.agent, body=(*body, Operations(ops)) if ops else body)


def _of(primitive: Primitive) -> tuple[Op, ...]:
    return tuple(op for part in primitive.body if isinstance(part, Operations) for op in part.ops)


def _ops(own: tuple[Op, ...], of_template: tuple[Op, ...]) -> tuple[Op, ...]:
    """An operation of the resource takes the place of the template's of the same name and interval."""
    said = {(op.name, dict(op.attributes).get("interval")) for op in own}
    return (*own, *(op for op in of_template if (op.name, dict(op.attributes).get("interval")) not in said))


def _sets(own: tuple[NvSet, ...], of_template: tuple[NvSet, ...]) -> tuple[NvSet, ...]:
    """Values of the resource win. Sets that have rules, references or ids stay sets of their own."""
    done = list(own)
    for one in of_template:
        place = next((n for n, mine in enumerate(done) if mine.kind == one.kind and _is_plain(mine)), None)
        if place is None or not _is_plain(one):
            done.append(one)
            continue
        said = {pair.name for pair in done[place].pairs}
        added = tuple(pair for pair in one.pairs if pair.name not in said)
        done[place] = replace(done[place], pairs=(*done[place].pairs, *added))
    return tuple(done)


def _is_plain(one: NvSet) -> bool:
    return not (one.rules or one.ref or one.id or one.score)
