"""`order id [kind:|score:] first[:action] then[:action] | sets [symmetrical=…]`. Pure."""

import re

from quorate.dialect.crm import members, scores
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import word
from quorate.dialect.crm.vocabulary import ACTIONS, KINDS, boolean, canonical
from quorate.dialect.model import Order

WORDS = ("order",)
MODELS = (Order,)
_SCORE = re.compile(r"([^:]+):")
_TAIL = re.compile(r"symmetrical=(true|false|yes|no|on|off)", re.IGNORECASE)


def read(cursor: Cursor) -> Order:
    """Read what follows the word."""
    id_ = cursor.id("the constraint")
    kind = None
    if found := cursor.match(_SCORE):
        kind = canonical(found[1], KINDS) or scores.kind(found[1])
        if kind is None:
            cursor.error(cursor.tokens[cursor.at - 1], "unknown-kind", f'"{found[1]}" is no kind of order',
                         f"there are {', '.join(KINDS)}", "write one of them, or leave it out")  # fmt: skip
    tail = _TAIL.fullmatch(cursor.tokens[-1].text)
    if tail:
        cursor.tokens = cursor.tokens[:-1]
    pair, sets = members.read(cursor, ACTIONS)
    return Order(id=id_, members=pair, resource_sets=sets, kind=kind, symmetrical=boolean(tail[1]) if tail else None)


def written(order: Order) -> list[str]:
    """Return the parts of the statement."""
    head = ["order", word(order.id), *([f"{order.kind}:"] if order.kind is not None else [])]
    head += members.written(order.members, order.resource_sets)
    tail = [] if order.symmetrical is None else [f"symmetrical={str(order.symmetrical).lower()}"]
    return [" ".join((*head, *tail))]
