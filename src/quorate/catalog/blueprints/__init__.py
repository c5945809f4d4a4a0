"""Blueprints: whole cluster files to begin with: one for each kind of service, and a file here for each further one.

A file NAME.yaml is found by being there; its first line is a comment that says what it builds. Pure but for reading
what is shipped with quorate.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from quorate.catalog.services import kinds


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A cluster file's text, and in a sentence what it builds."""

    words: str
    text: str

    def called(self, cluster: str) -> str:
        """Return the text with another name for the cluster, so that its lab is taken for no other."""
        return re.sub(r"^cluster: .*$", f"cluster: {cluster}", self.text, count=1, flags=re.MULTILINE)


@cache
def blueprints() -> Mapping[str, Blueprint]:
    """Return the blueprints by name, in alphabetical order."""
    found = {
        name: Blueprint((kind.__doc__ or "").strip().splitlines()[0], kind.example) for name, kind in kinds().items()
    }
    for file in resources.files(__name__).iterdir():
        if file.name.endswith(".yaml"):
            text = file.read_text("utf-8")
            found[file.name.removesuffix(".yaml")] = Blueprint(text.partition("\n")[0].removeprefix("#").strip(), text)
    return MappingProxyType(dict(sorted(found.items())))
