"""Permissions of roles and users, with the shortcuts of the crm shell. Pure."""

import re

from quorate.dialect.crm import nvsets
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.lexer import Token
from quorate.dialect.crm.quoting import described, word
from quorate.dialect.model import Attributes, Permission

_RIGHTS = ("read", "write", "deny")
_ID = re.compile(r"\$id=(.*)|([\w-]+):", re.IGNORECASE)
_NAMES = {"xpath": "xpath", "ref": "reference", "reference": "reference", "tag": "object-type", "type": "object-type",
          "attr": "attribute", "attribute": "attribute"}  # fmt: skip
_SPOKEN = {"xpath": "xpath", "reference": "ref", "object-type": "type", "attribute": "attr"}
_OLD = ("xpath", "ref", "tag", "attribute")
_NVPAIR = "/nvpair[@name='@@']"
SHORTCUTS = {
    "meta": ("//primitive[@id='@@']/meta_attributes", _NVPAIR),
    "params": ("//primitive[@id='@@']/instance_attributes", _NVPAIR),
    "utilization": ("//primitive[@id='@@']/utilization",),
    "location": ("//rsc_location[@id='cli-prefer-@@' and @rsc='@@']",),
    "property": ("//crm_config/cluster_property_set", _NVPAIR),
    "nodeattr": ("//nodes/node/instance_attributes", _NVPAIR),
    "nodeutil": ("//nodes/node/utilization", "[@uname='@@']"),
    "node": ("//nodes/node", "[@uname='@@']"),
    "status": ("/cib/status",),
    "cib": ("/cib",),
}
"""Shortcut -> steps of the XPath; @@ is where an argument goes."""


def permission(cursor: Cursor) -> list[Permission]:
    """Take one permission of a role; several, where it names objects in more than one way."""
    kind = _right(cursor)
    found = cursor.match(_ID) if cursor.word() and cursor.word().rstrip(":") not in {*_NAMES, *SHORTCUTS} else None
    id_ = (found[1] or found[2]) if found else None
    description = nvsets.description(cursor)
    given: dict[str, str] = {}
    while cursor.more and cursor.word().partition(":")[0] in {*_NAMES, *SHORTCUTS}:
        token = cursor.take("what it is about")
        name, value = _named(cursor, token)
        given[name] = value
    if not set(given) - {"attribute"}:
        raise cursor.refuse(cursor.token(), "unfinished", f'"{kind}" does not say of what',
                            "a permission is about an XPath expression, an object or a type of object",
                            "write e.g. xpath:/cib, ref:ID or type:primitive")  # fmt: skip
    split: list[Attributes] = [((name, given[name]),) for name in ("xpath", "reference") if name in given]
    if "object-type" in given:
        split.append(tuple((name, given[name]) for name in ("object-type", "attribute") if name in given))
    return [Permission(kind, attributes, id_, description) for attributes in split]


def rule(cursor: Cursor) -> Permission:
    """Take one permission of a user, in the words of schemas before 2.0."""
    kind = _right(cursor)
    given: list[tuple[str, str]] = []
    while cursor.more and cursor.word().partition(":")[0] in {*_OLD, *SHORTCUTS}:
        token = cursor.take("what it is about")
        name, colon, value = token.text.partition(":")
        given.append((name, value) if name in _OLD and colon else _shortcut(cursor, token))
    if not given:
        raise cursor.refuse(cursor.token(), "unfinished", f'"{kind}" does not say of what',
                            "a permission is about an XPath expression, an object or a tag",
                            "write e.g. xpath:/cib, ref:ID or tag:primitive")  # fmt: skip
    return Permission(kind, tuple(given))


def _right(cursor: Cursor) -> str:
    token = cursor.take(", ".join(_RIGHTS))
    if token.text.lower() not in _RIGHTS:
        raise cursor.refuse(token, "unexpected-word", f'"{token.text}" is not expected here',
                            f"a permission begins with {', '.join(_RIGHTS)}", "write one of them")  # fmt: skip
    return token.text.lower()


def _named(cursor: Cursor, token: Token) -> tuple[str, str]:
    name, colon, value = token.text.partition(":")
    if name in SHORTCUTS:
        return _shortcut(cursor, token)
    if not colon or not value:
        raise cursor.refuse(token, "unfinished", f'"{name}" has no value', "it says what the permission is about",
                            f"write {name}:VALUE")  # fmt: skip
    return _NAMES[name.lower()], value


def _shortcut(cursor: Cursor, token: Token) -> tuple[str, str]:
    name, *arguments = token.text.split(":")
    xpath, left = "", list(arguments)
    for number, step in enumerate(SHORTCUTS.get(name, ())):
        if "@@" in step and not left and number:
            break
        if "@@" in step and not left:
            raise cursor.refuse(token, "unfinished", f'the shortcut "{name}" needs a name behind it',
                                "it stands for an XPath expression with that name", f"write {name}:NAME")  # fmt: skip
        xpath += step.replace("@@", left.pop(0)) if "@@" in step else step
    if left or not xpath:
        raise cursor.refuse(token, "unexpected-word", f'"{token.text}" says more than the shortcut can',
                            "there is no place for the last name", "leave it out, or write xpath:…")  # fmt: skip
    return "xpath", xpath


def written(item: Permission) -> str:
    """Return a permission as one part of a statement."""
    id_ = [] if item.id is None else [f"$id={word(item.id)}"]
    names = [f"{_SPOKEN.get(name, name)}:{word(value)}" for name, value in item.attributes]
    return " ".join((item.kind, *id_, *described(item.description), *names))
