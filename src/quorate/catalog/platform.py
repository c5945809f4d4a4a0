"""Platform: what a family of distributions calls its packages, units and paths. Data only, pure.

One module per family in `platforms/`, each with a `PLATFORM` constant.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Platform:
    """Names on one family of distributions.

    ids: the ID and ID_LIKE words of os-release(5) that choose it.
    packages: quorate's word (corosync, pacemaker, apache, fence-agents ...) -> package names.
    units: quorate's word -> systemd unit. paths: quorate's word -> absolute path or directory.
    install, query: argument vectors; package names are appended.
    """

    name: str
    ids: tuple[str, ...]
    packages: Mapping[str, tuple[str, ...]]
    units: Mapping[str, str]
    paths: Mapping[str, str]
    refresh: tuple[str, ...]
    install: tuple[str, ...]
    environment: Mapping[str, str]
    query: tuple[str, ...]
