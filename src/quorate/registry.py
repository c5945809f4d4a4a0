"""Capabilities are files: a service, rule, fault, step or command is found by being there.

`modules(package)` imports every module of a package once and returns them by name. Names that begin with an
underscore are left out. Pure but for the import itself.
"""

import importlib
import pkgutil
from types import ModuleType


def names(package: ModuleType) -> list[str]:
    """Return the module names inside `package`, sorted, without importing them."""
    return sorted(m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_"))


def modules(package: ModuleType) -> dict[str, ModuleType]:
    """Import and return every module of `package`, by its short name, in alphabetical order."""
    return {name: importlib.import_module(f"{package.__name__}.{name}") for name in names(package)}
