"""What is outdated or unsafe in what was read, and what it becomes today: every rule of `mends/` is asked. Pure.

A mend says `mend(statement, context)`: it yields what it found, with the new statement where that certainly means the
same. With `verbatim` everything is said and nothing changed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from types import ModuleType

from quorate import registry
from quorate.adopt import mends
from quorate.adopt.account import Fate
from quorate.adopt.draft import Draft
from quorate.adopt.material import Held, Material
from quorate.catalog.agents import AgentLibrary
from quorate.dialect.model import Clone, Primitive, Properties, Statement
from quorate.findings import Finding, Severity


@dataclass(frozen=True, slots=True)
class Context:
    """What a mend may need besides the statement."""

    agents: AgentLibrary
    statements: tuple[Statement, ...]
    nodes: tuple[str, ...]

    def clone_of(self, primitive: str) -> Clone | None:
        """Return the clone whose member is this primitive."""
        return next((s for s in self.statements if isinstance(s, Clone) and s.member == primitive), None)

    def primitive(self, name: str) -> Primitive | None:
        """Return a primitive by its id."""
        return next((s for s in self.statements if isinstance(s, Primitive) and s.id == name), None)


@dataclass(frozen=True, slots=True)
class Mended:
    """One thing found. becomes: the statement in its new form; None: the operator has to decide, it stays.

    gone: the statement is to be left out. summary, why, fix: as in a finding; code: the mend's name.
    """

    severity: Severity
    summary: str
    why: str
    fix: str
    becomes: Statement | None = None
    gone: bool = False


def rules() -> dict[str, ModuleType]:
    """Return the mends by code, e.g. "master-to-promotable"."""
    return {name.replace("_", "-"): module for name, module in registry.modules(mends).items()}


def source(module: ModuleType) -> str:
    """Return the page a rule rests on: what follows "Source:" in its docstring."""
    _, _, page = (module.__doc__ or "").partition("Source:")
    return " ".join(page.split())


def mend(material: Material, draft: Draft, agents: AgentLibrary, *, verbatim: bool) -> None:
    """Ask every rule of every statement, in the order of the rules' names, and change what is certain."""
    for code, module in rules().items():
        context = Context(agents, tuple(held.statement for held in material.held), tuple(draft.nodes))
        kept = []
        for held in material.held:
            statement: Statement | None = held.statement
            for found in _found(module, held.statement, context):
                said = (code, found.severity, found.summary, found.why, found.fix)
                material.findings.append(Finding(*said, place=held.place, docs=source(module)))
                if verbatim:
                    continue
                if found.becomes is not None:
                    _account_pairs(material, held, statement, found)
                    statement = found.becomes
                elif found.gone:
                    statement = None
                    material.account.add(held.file, held.lines, held.what, Fate.DROPPED, found.summary)
            if statement is not None:
                kept.append(replace(held, statement=statement))
        material.held = kept


def _account_pairs(material: Material, held: Held, before: Statement | None, found: Mended) -> None:
    """Properties that a mend leaves out are in no statement any more."""
    if isinstance(before, Properties) and isinstance(found.becomes, Properties):
        for pair in before.pairs:
            if pair not in found.becomes.pairs:
                what = f"{before.kind} {pair.name}"
                material.account.add(held.file, held.lines, what, Fate.DROPPED, found.summary)


def _found(module: ModuleType, statement: Statement, context: Context) -> Iterator[Mended]:
    found: Iterable[Mended] = module.mend(statement, context)
    yield from found
