"""`alert id path [attributes …] [meta …] [select …] [to recipient | to { recipient … }]`. Pure."""

from collections.abc import Iterator

from quorate.dialect.crm import nvsets
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import described, word
from quorate.dialect.model import Alert, NvSet, Recipient, Select

WORDS = ("alert",)
MODELS = (Alert,)
_EVENTS = ("nodes", "fencing", "resources", "attributes")
_ENDS = frozenset(("attributes", "meta", "to", "select"))


def read(cursor: Cursor) -> Alert:
    """Read what follows the word."""
    id_, path = cursor.id("the alert"), cursor.take("the path of a program").text
    description = nvsets.description(cursor)
    sets: list[NvSet] = []
    select: Select | None = None
    recipients: list[Recipient] = []
    while cursor.word() in _ENDS:
        if cursor.word() in {"attributes", "meta"}:
            sets += nvsets.read_sets(cursor, ("attributes", "meta"), _ENDS, implicit=False)
        elif cursor.word() == "select":
            cursor.take("select")
            select = _select(cursor)
        else:
            cursor.take("to")
            recipients.append(_recipient(cursor))
    return Alert(
        id=id_, path=path, description=description, sets=tuple(sets), select=select, recipients=tuple(recipients)
    )


def _select(cursor: Cursor) -> Select:
    events: list[str] = []
    names: list[str] = []
    while cursor.word() in _EVENTS:
        token = cursor.take("an event")
        if token.text.lower() == "attributes":
            if cursor.peek() != "{":
                cursor.at -= 1
                break
            cursor.take("{")
            while cursor.peek() != "}":
                names.append(cursor.take("}").text)
            cursor.take("}")
        events.append(token.text.lower())
    return Select(tuple(events), tuple(names))


def _recipient(cursor: Cursor) -> Recipient:
    braced = cursor.peek() == "{"
    if braced:
        cursor.take("{")
    ends = _ENDS | ({"}"} if braced else frozenset())
    value = cursor.take("a recipient").text
    description = nvsets.description(cursor)
    sets = tuple(nvsets.read_sets(cursor, ("attributes", "meta"), ends, implicit=False))
    if braced:
        closing = cursor.take("}")
        if closing.text != "}":
            raise cursor.refuse(closing, "unexpected-word", f'"{closing.text}" is not expected here',
                                "the brace before the recipient is open", 'write "}" before it')  # fmt: skip
    return Recipient(value, description, sets)


def written(alert: Alert) -> list[str]:
    """Return the parts of the statement."""
    parts = [f"alert {word(alert.id)} {word(alert.path)}", *described(alert.description)]
    parts += map(nvsets.written, alert.sets)
    if alert.select is not None:
        parts.append(" ".join(_selected(alert.select)))
    for recipient in alert.recipients:
        inner = [word(recipient.value), *described(recipient.description), *map(nvsets.written, recipient.sets)]
        parts.append(f"to {{ {' '.join(inner)} }}" if len(inner) > 1 else f"to {inner[0]}")
    return parts


def _selected(select: Select) -> Iterator[str]:
    yield "select"
    for event in select.events:
        yield event
        if event == "attributes":
            yield from ("{", *map(word, select.names), "}")
