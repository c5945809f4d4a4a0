"""Platforms: one file per family of distributions, each with a PLATFORM. A new family is one more file."""

import sys
from collections.abc import Iterable
from functools import cache

from quorate import registry
from quorate.catalog.platform import Platform


@cache
def platforms() -> tuple[Platform, ...]:
    """Return every platform known, in alphabetical order of their modules."""
    return tuple(module.PLATFORM for module in registry.modules(sys.modules[__name__]).values())


def platform_for(ids: Iterable[str]) -> Platform | None:
    """Return the platform for the words of os-release(5): ID first, then those of ID_LIKE; None where none fits."""
    for word in ids:
        for platform in platforms():
            if word in platform.ids:
                return platform
    return None
