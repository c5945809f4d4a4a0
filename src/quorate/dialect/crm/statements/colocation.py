"""`colocation id score: resource[:role] with-resource[:role] | sets [node-attribute=…]`. Pure."""

import re

from quorate.dialect.crm import members, scores
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import pair, word
from quorate.dialect.crm.vocabulary import ROLES
from quorate.dialect.model import Colocation

WORDS = ("colocation", "collocation")
MODELS = (Colocation,)
_SCORE = re.compile(r"([^:]+):")
_TAIL = re.compile(r"node-attribute=(.+)", re.IGNORECASE)


def read(cursor: Cursor) -> Colocation:
    """Read what follows the word."""
    id_ = cursor.id("the constraint")
    found = cursor.match(_SCORE)
    if not found:
        token = cursor.take("a score and a colon, e.g. inf:")
        raise cursor.refuse(token, "no-score", f'"{token.text}" stands where a score is expected',
                            "a colocation says how much it wants the two together",
                            'write e.g. "inf:" before it')  # fmt: skip
    score, attribute = scores.score(found[1])
    tail = _TAIL.fullmatch(cursor.tokens[-1].text)
    if tail:
        cursor.tokens = cursor.tokens[:-1]
    pair_, sets = members.read(cursor, ROLES)
    return Colocation(
        id=id_,
        members=pair_,
        resource_sets=sets,
        score=score,
        score_attribute=attribute,
        node_attribute=tail[1] if tail else None,
    )


def written(colocation: Colocation) -> list[str]:
    """Return the parts of the statement."""
    head = ["colocation", word(colocation.id), scores.written(colocation.score, colocation.score_attribute)]
    head += members.written(colocation.members, colocation.resource_sets)
    tail = colocation.node_attribute
    return [" ".join(head), *([pair("node-attribute", tail)] if tail is not None else [])]
