"""`property [id:|$id=…] [rule …] name=value …`, and `rsc_defaults`, `op_defaults`. Pure."""

import re

from quorate.dialect.crm import nvsets, rules
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import pairs
from quorate.dialect.model import Properties

WORDS = ("property", "rsc_defaults", "op_defaults")
MODELS = (Properties,)
_NEW = re.compile(r"([\w-]+):")
_ID = re.compile(r"\$(id|id-ref)=(.*)", re.IGNORECASE)


def read(cursor: Cursor) -> Properties:
    """Read what follows the word."""
    word = cursor.first.text.lower()
    if not cursor.more:
        cursor.take("name=value")
    id_ = ref = None
    if found := cursor.match(_ID):
        id_, ref = (found[2], None) if found[1].lower() == "id" else (None, found[2])
    elif found := cursor.match(_NEW):
        id_ = found[1]
    conditions = rules.read_all(cursor)
    return Properties(
        kind="property" if word == "property" else "rsc_defaults" if word == "rsc_defaults" else "op_defaults",
        pairs=nvsets.read_pairs(cursor),
        rules=conditions,
        id=id_,
        ref=ref,
    )


def written(properties: Properties) -> list[str]:
    """Return the parts of the statement."""
    head: list[str] = [properties.kind]
    if properties.id is not None:
        plain = re.fullmatch(r"[\w-]+", properties.id)
        head.append(f"{properties.id}:" if plain else pairs((("$id", properties.id),))[0])
    if properties.ref is not None:
        head += pairs((("$id-ref", properties.ref),))
    parts = [" ".join(head), *(" ".join(rules.written(rule)) for rule in properties.rules)]
    return [*parts, *nvsets.written_pairs(properties.pairs)]
