"""Kept: what was before a change, so that it can be put back; lies beside the change's record on every node.

A CIB may hold passwords in clear, and so may a service's file: this is for root alone and is never shown as it is.
Values only, pure.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from quorate.build.baseline import Baseline
from quorate.catalog.made import marks_in


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as it was on one node. content: None where there was none. then: commands to run after it is written.

    reader: the resource that fails for want of it, "" where none does.
    No made secret stands in the content, but a mark in the place of each (catalog/made.py).
    """

    content: bytes | None
    mode: int = 0o644
    owner: str = "root"
    group: str = "root"
    then: tuple[tuple[str, ...], ...] = ()
    reader: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The names of the secrets that stood in it."""
        return marks_in(self.content) if self.content else frozenset()


@dataclass(frozen=True, slots=True)
class Kept:
    """What was before a change.

    configuration: the CIB's <configuration> as XML, "" where there was no CIB. intended: what the change was to make of
    it, "" where it was not to touch it. files: node -> path -> the file. baseline: how the cluster was.
    """

    configuration: str = ""
    intended: str = ""
    files: Mapping[str, Mapping[str, KeptFile]] = field(default_factory=dict)
    baseline: Baseline = field(default_factory=Baseline)

    def to_json(self) -> bytes:
        """Return it as JSON; files that are no text go as base64."""
        files = {
            node: {path: asdict(one) | {"content": _packed(one.content)} for path, one in files.items()}
            for node, files in self.files.items()
        }
        data = {"configuration": self.configuration, "intended": self.intended, "files": files}
        return json.dumps(data | {"baseline": self.baseline.as_lists()}).encode()


def from_json(text: bytes) -> Kept:
    """Read it; ValueError where it is none."""
    data = json.loads(text)
    try:
        files = {
            node: {path: _file(one) for path, one in files.items()} for node, files in data.get("files", {}).items()
        }
        baseline = Baseline.from_lists(data.get("baseline", {}))
        return Kept(str(data["configuration"]), str(data.get("intended", "")), files, baseline)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no record of what was before a change") from error


def _packed(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()


def _file(data: Mapping[str, Any]) -> KeptFile:
    content = None if data["content"] is None else base64.b64decode(data["content"])
    then = tuple(tuple(argv) for argv in data["then"])
    return KeptFile(content, data["mode"], data["owner"], data["group"], then, str(data.get("reader", "")))
