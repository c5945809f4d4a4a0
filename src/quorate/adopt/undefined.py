"""Names that nothing defines: a member is taken out of its group, a statement that needs the name is left out.

What is left out stands in the file as a comment, so that it can be put back once the name is defined. Pure.
"""

from dataclasses import replace
from typing import Any

from quorate.adopt.account import Fate
from quorate.adopt.draft import Draft
from quorate.adopt.material import Held, Material
from quorate.dialect.crm.references import identity, named
from quorate.dialect.crm.write import write
from quorate.dialect.model import (
    AclRole,
    AclTarget,
    AclUser,
    Alert,
    Configuration,
    FencingLevel,
    Group,
    Member,
    Monitor,
    Node,
    ResourceSet,
    Tag,
)
from quorate.findings import Severity


def undefined(material: Material, draft: Draft) -> None:
    """Go through all statements until every name that is left is defined."""
    while True:
        known = _known(material)
        kept = [held for held in material.held if (new := _defined(held, known)) is not None and new == held.statement]
        if len(kept) == len(material.held):
            return
        for held in [held for held in material.held if held not in kept]:
            _cut(held, known, material, draft)


def _known(material: Material) -> set[str]:
    nodes = {held.statement.uname for held in material.held if isinstance(held.statement, Node)}
    others = (AclRole, AclTarget, AclUser, Node, Alert)
    return nodes | {identity(held.statement) or "" for held in material.held if not isinstance(held.statement, others)}


def _cut(held: Held, known: set[str], material: Material, draft: Draft) -> None:
    """Change or leave out one statement, and say so. The reader has named the undefined ones by then."""
    new, at = _defined(held, known), material.held.index(held)
    missing = ", ".join(sorted(_names(held) - known))
    if new is not None:
        material.held[at] = replace(held, statement=new)
        draft.left.append(f"{held.what} was to have {missing} among its members, which nothing defines")
        material.say(Severity.WARNING, held.place, "undefined-member", f"{held.what} is taken without {missing}",
                     "nothing defines it, and Pacemaker refuses a member that does not exist",
                     "define it, and put it back")  # fmt: skip
        return
    del material.held[at]
    rows = write(Configuration((replace(held.statement, comments=()),))).splitlines()
    draft.left += [f"left out, for nothing defines {missing}:", *(f"  {row}" for row in rows)]
    material.account.add(
        held.file, held.lines, held.what, Fate.DROPPED, f"nothing defines {missing}; kept as a comment"
    )
    material.say(Severity.WARNING, held.place, "undefined-name-left-out", f"{held.what} is left out",
                 f"nothing defines {missing}", "define it, and make a statement of the comment again")  # fmt: skip


def _names(held: Held) -> set[str]:
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, Member):
            found.add(value.id)
        elif isinstance(value, ResourceSet):
            found.update(value.members)
        elif isinstance(value, FencingLevel):
            found.update(value.devices.split(","))
        else:
            for item in value:
                walk(item)

    for _, value in named(held.statement):
        walk(value)
    return found


def _defined(held: Held, known: set[str]) -> Any:
    """Return the statement with defined names only; None where it would say something else, or nothing."""
    item = held.statement
    if isinstance(item, Monitor):
        return item if item.resource in known else None
    if _names(held) <= known:
        return item
    if isinstance(item, Group | Tag):
        members = tuple(member for member in item.members if member in known)
        return replace(item, members=members) if members else None
    return None
