"""Check a cluster: every rule of `rules/` is asked once, and the answers are put together. Pure.

In: a Cluster and, if wanted, a Context (else the shipped agents and the Debian platform). Out: findings, in the
order of the rules' names; their `place` is still to be filled in from `path` (describe.load.Loaded.place).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from types import ModuleType

from quorate import registry
from quorate.check import rules as package
from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding

Rule = Callable[[Cluster, Context], Iterator[Finding]]


@cache
def rules() -> dict[str, ModuleType]:
    """Return every rule's module by its code, e.g. "single-link"."""
    return {name.replace("_", "-"): module for name, module in registry.modules(package).items()}


def source(module: ModuleType) -> str:
    """Return the page a rule rests on: what follows "Source:" in its docstring."""
    _, _, page = (module.__doc__ or "").partition("Source:")
    return " ".join(page.split())


def check(cluster: Cluster, context: Context | None = None) -> list[Finding]:
    """Return what all rules say of `cluster`; empty means that quorate has nothing against it."""
    context = context or Context.of(cluster)
    return [
        replace(finding, docs=finding.docs or source(module))
        for module in rules().values()
        for finding in module.check(cluster, context)
    ]
