"""`bundle id docker|rkt … [network … [port-mapping …]] [storage storage-mapping …] [meta …] [primitive id]`. Pure.

crmsh 4.4 does not know podman; it is read here, and written as XML.
"""

from quorate.dialect.crm import nvsets
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import described, pairs, word
from quorate.dialect.crm.vocabulary import ENGINES
from quorate.dialect.model import Attributes, Bundle, NvSet

WORDS = ("bundle",)
MODELS = (Bundle,)
_PARTS = frozenset((*ENGINES, "network", "port-mapping", "storage", "storage-mapping", "meta", "primitive"))
_ENDS = frozenset((*ENGINES, "network", "storage", "primitive", "meta"))


def read(cursor: Cursor) -> Bundle:
    """Read what follows the word."""
    id_ = cursor.id("the bundle")
    description = nvsets.description(cursor)
    engine = ""
    container: Attributes = ()
    network: Attributes | None = None
    ports: list[Attributes] = []
    mounts: list[Attributes] = []
    sets: list[NvSet] = []
    primitive: str | None = None
    while cursor.word() in _PARTS:
        token = cursor.take("a part of the bundle")
        part = token.text.lower()
        if part in ENGINES:
            engine, container = part, nvsets.attributes(cursor, _PARTS)
        elif part == "network":
            network = nvsets.attributes(cursor, _PARTS)
        elif part == "port-mapping":
            network = network or ()
            ports.append(nvsets.attributes(cursor, _PARTS))
        elif part == "storage-mapping":
            mounts.append(nvsets.attributes(cursor, _PARTS))
        elif part == "primitive":
            primitive = cursor.take("the resource in the bundle").text
        elif part == "meta":
            sets.append(nvsets.read_set(cursor, "meta", _ENDS))
    if not engine:
        raise cursor.refuse(cursor.first, "unfinished", f'bundle "{id_}" says nothing of its container',
                            "a bundle is run by docker, rkt or podman", "write e.g. docker image=…")  # fmt: skip
    return Bundle(
        id=id_,
        engine=engine,
        container=container,
        network=network,
        ports=tuple(ports),
        mounts=tuple(mounts),
        primitive=primitive,
        description=description,
        sets=tuple(sets),
    )


def written(bundle: Bundle) -> list[str]:
    """Return the parts of the statement."""
    parts = [f"bundle {word(bundle.id)}", *described(bundle.description)]
    parts.append(" ".join((bundle.engine, *pairs(bundle.container))))
    if bundle.network is not None:
        ports = [text for port in bundle.ports for text in ("port-mapping", *pairs(port))]
        parts.append(" ".join(("network", *pairs(bundle.network), *ports)))
    if bundle.mounts:
        parts.append(" ".join(["storage", *(t for mount in bundle.mounts for t in ("storage-mapping", *pairs(mount)))]))
    parts += map(nvsets.written, bundle.sets)
    return [*parts, *([f"primitive {word(bundle.primitive)}"] if bundle.primitive is not None else [])]
