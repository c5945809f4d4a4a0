"""Inside: one file per kind of service whose servers know more of themselves than Pacemaker does (see insight.py)."""

import sys
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from quorate import registry
from quorate.operate.insight import Inside


@cache
def files() -> Mapping[str, Inside[Any]]:
    """Return the files by the kind that they know."""
    found: dict[str, Inside[Any]] = {module.KIND: module for module in registry.modules(sys.modules[__name__]).values()}
    return MappingProxyType(found)
