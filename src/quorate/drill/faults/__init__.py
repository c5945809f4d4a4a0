"""Faults: one file each, which keeps the protocol of drill/fault.py; a new one is one more file.

A file that has several which differ in a word (which daemon is killed) lists them as its VARIANTS.
"""

import sys
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import cast

from quorate import registry
from quorate.drill.fault import Fault


@cache
def faults() -> Mapping[str, Fault]:
    """Return the faults by their names."""
    modules = registry.modules(sys.modules[__name__]).values()
    found = [cast("Fault", one) for module in modules for one in getattr(module, "VARIANTS", (module,))]
    return MappingProxyType({one.NAME: one for one in found})
