"""`pcs stonith level add|remove|clear`. Pure."""

import re
from dataclasses import replace

from quorate.dialect.model import FencingLevel, FencingTopology
from quorate.dialect.pcs import quoting
from quorate.dialect.pcs.command import Command
from quorate.dialect.pcs.state import State

_TARGET = re.compile(r"(?:(node|regexp|attrib)?%)?(.+)", re.DOTALL)


def _level(index: int, target: str, devices: str) -> FencingLevel:
    found = _TARGET.fullmatch(target)
    kind, name = (found[1], found[2]) if found else (None, target)
    if kind == "attrib":
        attribute, _, value = name.partition("=")
        return FencingLevel(index, devices, attribute=(attribute, value))
    return FencingLevel(index, devices, pattern=name) if kind == "regexp" else FencingLevel(index, devices, target=name)


def add(command: Command, state: State) -> None:
    """Read `pcs stonith level add LEVEL TARGET DEVICE …`; as in older pcs, commas may stand between devices."""
    token = command.take("the number of the level")
    if not token.text.isdecimal():
        raise command.refuse(token, "bad-level", f'"{token.text}" is no number of a level',
                             "levels are tried in the order of their numbers", "write 1 to 9")  # fmt: skip
    target = command.take("the node that is fenced").text
    first = command.take("a fencing device")
    devices = [token.text for token in [first, *command.rest()] if not token.text.startswith("id=")]
    level = _level(int(token.text), target, ",".join(name.removeprefix("stonith=") for name in devices))
    old = state.find(FencingTopology, lambda _: True)
    if old is None:
        state.add(FencingTopology(levels=(level,)), command.tokens)
    else:
        state.change(old, replace(old, levels=(*old.levels, level)), command.tokens)


def remove(command: Command, state: State) -> None:
    """Read `pcs stonith level remove LEVEL [target] [TARGET] [stonith] [DEVICE …]`, `level clear [TARGET]`."""
    clearing = command.tokens[3].text == "clear"
    index = None if clearing else command.take("the number of the level").text
    words = [token.text for token in command.rest() if token.text not in {"target", "stonith"}]
    old = state.find(FencingTopology, lambda _: True)
    if old is None:
        return
    wanted = _level(0, words[0], "") if words else None

    def goes(level: FencingLevel) -> bool:
        same = wanted is None or (level.target, level.pattern, level.attribute) == (
            wanted.target, wanted.pattern, wanted.attribute)  # fmt: skip
        return same and (index is None or str(level.index) == index)

    kept = tuple(level for level in old.levels if not goes(level))
    if kept:
        state.change(old, replace(old, levels=kept), command.tokens)
    else:
        state.remove(old)


COMMANDS = {
    "stonith level add": add,
    "stonith level remove": remove,
    "stonith level delete": remove,
    "stonith level clear": remove,
}


def written(topology: FencingTopology) -> list[str]:
    """Return a command for each level; one without a target has no words."""
    commands = []
    for level in topology.levels:
        if level.attribute is not None:
            target = f"attrib%{level.attribute[0]}={level.attribute[1]}"
        elif level.pattern is not None:
            target = f"regexp%{level.pattern}"
        elif level.target is not None:
            target = f"node%{level.target}" if "%" in level.target else level.target
        else:
            continue
        words = (str(level.index), target, *level.devices.split(","))
        commands.append(quoting.line("pcs", "stonith", "level", "add", "--force", "--", *words))
    return commands


WRITERS = {FencingTopology: written}
