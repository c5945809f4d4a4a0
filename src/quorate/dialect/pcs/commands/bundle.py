"""`pcs resource bundle create`, `bundle update`. Pure."""

from dataclasses import replace

from quorate.dialect.crm.lexer import Token
from quorate.dialect.model import Attributes, Bundle, NvSet, Pair
from quorate.dialect.pcs import quoting
from quorate.dialect.pcs.command import Command
from quorate.dialect.pcs.state import State, set_in, updated
from quorate.findings import Severity

_PARTS = ("container", "network", "port-map", "storage-map", "meta")


def create(command: Command, state: State) -> None:
    """Read `pcs resource bundle create ID container ENGINE … [network …] [port-map …] [storage-map …] [meta …]`."""
    id_ = command.id("the bundle")
    groups = command.groups(_PARTS)
    command.attributes(groups[""][0])
    container = [token for part in groups.get("container", ()) for token in part]
    engine = "docker"
    if container and "=" not in container[0].text:
        engine, container = container[0].text, container[1:]
    meta = command.pairs(_joined(groups, "meta"))
    meta += (Pair("target-role", "Stopped"),) if command.option("--disabled") is not None else ()
    network = command.attributes(_joined(groups, "network"))
    ports = tuple(map(_without_id, map(command.attributes, groups.get("port-map", ()))))
    bundle = Bundle(
        id=id_,
        engine=engine,
        container=command.attributes(container),
        network=network if network or ports else None,
        ports=ports,
        mounts=tuple(map(_without_id, map(command.attributes, groups.get("storage-map", ())))),
        sets=(NvSet("meta", meta),) if meta else (),
    )
    state.add(bundle, command.tokens)


def update(command: Command, state: State) -> None:
    """Read `pcs resource bundle update ID …`; of mappings only those that are added."""
    token = command.take("the id of a bundle")
    bundle = state.named(Bundle, token.text)
    if bundle is None:
        raise command.refuse(token, "undefined-name", f'"{token.text}" is no bundle made before',
                             "what is not there cannot be changed", "create it before")  # fmt: skip
    groups = command.groups(_PARTS)
    network = _changed(bundle.network or (), command.pairs(_joined(groups, "network")))
    new = replace(
        bundle,
        container=_changed(bundle.container, command.pairs(_joined(groups, "container"))),
        ports=(*bundle.ports, *_added(command, state, groups, "port-map")),
        mounts=(*bundle.mounts, *_added(command, state, groups, "storage-map")),
        sets=set_in(bundle.sets, "meta", command.pairs(_joined(groups, "meta"))),
    )
    state.change(bundle, replace(new, network=network if network or new.ports else bundle.network), command.tokens)


def _joined(groups: dict[str, list[list[Token]]], word: str) -> list[Token]:
    return [token for part in groups.get(word, ()) for token in part]


def _without_id(given: Attributes) -> Attributes:
    return tuple((name, value) for name, value in given if name != "id")


def _changed(given: Attributes, new: tuple[Pair, ...]) -> Attributes:
    pairs = updated((Pair(name, value) for name, value in given), new)
    return tuple((pair.name or "", pair.value or "") for pair in pairs)


def _added(command: Command, state: State, groups: dict[str, list[list[Token]]], word: str) -> tuple[Attributes, ...]:
    added = []
    for part in groups.get(word, ()):
        if part and part[0].text == "add":
            added.append(_without_id(command.attributes(part[1:])))
        elif part:
            state.text.say(Severity.WARNING, part[0].span, "unread-command",
                           f"a {word} that is removed is not read",
                           "it is told by an id that no command gave",
                           f"leave the {word} out where it is made")  # fmt: skip
    return tuple(added)


COMMANDS = {"resource bundle create": create, "resource bundle update": update}


def written(bundle: Bundle) -> list[str]:
    """Return the command that creates a bundle; the resource in it follows (`bundle ID` behind its own command)."""
    parts = [quoting.line("container", bundle.engine) + " " + quoting.attributes(bundle.container)]
    parts.append(quoting.under("network", quoting.attributes(bundle.network or ())))
    parts += [quoting.under("port-map", quoting.attributes(_without_id(port))) for port in bundle.ports]
    parts += [quoting.under("storage-map", quoting.attributes(_without_id(mount))) for mount in bundle.mounts]
    parts.append(quoting.under("meta", quoting.pairs(quoting.first(bundle.sets, "meta"))))
    return [
        quoting.laid_out(quoting.line("pcs", "--", "resource", "bundle", "create", bundle.id), map(str.strip, parts))
    ]


WRITERS = {Bundle: written}
