"""`rsc_ticket id ticket: resource[:role] … | sets [loss-policy=…]`. Pure."""

import re

from quorate.dialect.crm import members
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import pair, word
from quorate.dialect.crm.vocabulary import ROLES
from quorate.dialect.model import Ticket

WORDS = ("rsc_ticket",)
MODELS = (Ticket,)
_TICKET = re.compile(r"([^:]+):")
_TAIL = re.compile(r"loss-policy=(stop|demote|fence|freeze)", re.IGNORECASE)


def read(cursor: Cursor) -> Ticket:
    """Read what follows the word."""
    id_ = cursor.id("the constraint")
    found = cursor.match(_TICKET)
    if not found:
        token = cursor.take("the ticket and a colon")
        raise cursor.refuse(token, "no-ticket", f'"{token.text}" stands where a ticket and a colon are expected',
                            "the constraint holds resources to a ticket",
                            'write e.g. "ticketA:" before it')  # fmt: skip
    tail = _TAIL.fullmatch(cursor.tokens[-1].text)
    if tail:
        cursor.tokens = cursor.tokens[:-1]
    single, sets = members.read(cursor, ROLES, simple=1)
    policy = tail[1].lower() if tail else None
    return Ticket(id=id_, ticket=found[1], members=single, resource_sets=sets, loss_policy=policy)


def written(ticket: Ticket) -> list[str]:
    """Return the parts of the statement."""
    head = ["rsc_ticket", word(ticket.id), word(f"{ticket.ticket}:")]
    head += members.written(ticket.members, ticket.resource_sets, simple=1)
    return [" ".join(head), *([pair("loss-policy", ticket.loss_policy)] if ticket.loss_policy is not None else [])]
