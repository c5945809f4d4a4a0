"""Platform: what a family of distributions calls its packages, units and paths. Data only, pure.

One module per family in `platforms/`, each with a `PLATFORM` constant.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Platform:
    """Names on one family of distributions.

    ids: the ID and ID_LIKE words of os-release(5) that choose it.
    packages: quorate's word (corosync, pacemaker, apache, fence-agents ...) -> package names.
    answers: package -> what its installer is told before it can ask, a line each; answer: the
    command that takes these lines on its standard input, () where installers ask nothing.
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
    answer: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)

    def answers_for(self, packages: Iterable[str]) -> str:
        """Return what the installers of these packages are told, a line each; "" where none of them asks."""
        return "".join(self.answers.get(package, "") for package in sorted(set(packages)))
