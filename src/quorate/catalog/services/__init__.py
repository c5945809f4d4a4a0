"""Services: one file per kind. A new kind is one more file with one subclass of Service in it."""

import sys
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from quorate import registry
from quorate.catalog.service import Service


@cache
def kinds() -> Mapping[str, type[Service]]:
    """Return the services by the word an operator writes after `kind:`, in alphabetical order."""
    found: dict[str, type[Service]] = {}
    for module in registry.modules(sys.modules[__name__]).values():
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Service) and value.__module__ == module.__name__:
                found[value.kind] = value
    return MappingProxyType(dict(sorted(found.items())))
