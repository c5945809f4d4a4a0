"""Faults: one file each, which keeps the protocol of drill/fault.py; a new one is one more file."""

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
    found = [cast("Fault", one) for one in registry.modules(sys.modules[__name__]).values()]
    return MappingProxyType({one.NAME: one for one in found})
