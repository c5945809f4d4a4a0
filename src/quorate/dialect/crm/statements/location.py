"""`location id resource|/pattern/|{ sets } [role=…] [resource-discovery=…] score: node | rule …`. Pure."""

import re

from quorate.dialect.crm import members, rules, scores
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import pairs, word
from quorate.dialect.crm.vocabulary import ROLES, canonical
from quorate.dialect.model import Attributes, Location, ResourceSet, Rule

WORDS = ("location",)
MODELS = (Location,)
_PATTERN = re.compile(r"/(.+)/", re.DOTALL)
_ATTRIBUTE = re.compile(r"\$?([\w-]+)=(.*)", re.DOTALL)
_SCORE = re.compile(r"([^:]+):")


def read(cursor: Cursor) -> Location:
    """Read what follows the word."""
    id_ = cursor.id("the constraint")
    pattern: str | None = None
    resource: str | None = None
    sets: tuple[ResourceSet, ...] = ()
    if found := cursor.match(_PATTERN):
        pattern = found[1]
    elif cursor.peek() == "{":
        sets = members.read_braces(cursor)
    else:
        resource = cursor.take("the resource").text
    attributes = list(_attributes(cursor))
    score = attribute = node = None
    conditions: tuple[Rule, ...] = ()
    if found := cursor.match(_SCORE):
        score, attribute = scores.score(found[1])
        node = cursor.take("the name of a node").text
        attributes += _attributes(cursor)
    else:
        conditions = rules.read_all(cursor)
        if not conditions:
            raise cursor.refuse(cursor.token(), "unfinished", f'location "{id_}" says neither where nor how much',
                                "it needs a score and a node, or a rule",
                                'write e.g. "100: node1" or "rule -inf: not_defined pingd"')  # fmt: skip
    return Location(
        id=id_,
        resource=resource,
        pattern=pattern,
        resource_sets=sets,
        attributes=tuple(attributes),
        score=score,
        score_attribute=attribute,
        node=node,
        rules=conditions,
    )


def _attributes(cursor: Cursor) -> Attributes:
    read_: list[tuple[str, str]] = []
    while found := cursor.match(_ATTRIBUTE):
        role = canonical(found[2], ROLES) if found[1] == "role" else None
        read_.append((found[1], role or found[2]))
    return tuple(read_)


def written(location: Location) -> list[str]:
    """Return the parts of the statement."""
    head = ["location", word(location.id)]
    if location.pattern is not None:
        head.append(word(f"/{location.pattern}/"))
    elif location.resource is not None:
        head.append(word(location.resource))
    else:
        head += ["{", *members.written((), location.resource_sets, 0), "}"]
    head += pairs(location.attributes)
    if location.node is not None:
        head += [scores.written(location.score, location.score_attribute), word(location.node)]
    return [" ".join(head), *(" ".join(rules.written(rule)) for rule in location.rules)]
