"""`node [id:|$id=id] uname[:type] [description=…] [attributes …] [utilization …]`. Pure."""

import re

from quorate.dialect.crm import nvsets
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import described, word
from quorate.dialect.model import Node

WORDS = ("node",)
MODELS = (Node,)
_ID = re.compile(r"\$id=(.+)|([\w-]+):", re.IGNORECASE)
_UNAME = re.compile(r"([^:=]+)(?::(normal|member|ping|remote))?", re.IGNORECASE)


def read(cursor: Cursor) -> Node:
    """Read what follows the word."""
    found = cursor.match(_ID)
    token = cursor.take("the name of the node")
    name = _UNAME.fullmatch(token.text)
    if not name:
        raise cursor.refuse(token, "bad-node", f'"{token.text}" is no name of a node',
                            "the types of nodes are normal, member, ping and remote",
                            "write NAME or NAME:TYPE")  # fmt: skip
    return Node(
        uname=name[1],
        id=(found[1] or found[2]) if found else None,
        type=name[2],
        description=nvsets.description(cursor),
        sets=tuple(nvsets.read_sets(cursor, ("attributes", "utilization"))),
    )


def written(node: Node) -> list[str]:
    """Return the parts of the statement."""
    head = ["node"]
    if node.id is not None:
        head.append(f"{node.id}:" if re.fullmatch(r"[\w-]+", node.id) else f"$id={word(node.id)}")
    head.append(word(f"{node.uname}:{node.type}" if node.type else node.uname))
    return [" ".join(head), *described(node.description), *map(nvsets.written, node.sets)]
