"""Cases of `quorate status`: a folder with cluster.yaml, and a folder per case with NODE.QUESTION and expected.txt."""

import contextlib
import io
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from quorate.catalog.platforms import platform_for
from quorate.catalog.services import kinds
from quorate.describe.cluster import Cluster
from quorate.describe.load import load
from quorate.errors import HostUnreachable, Unknown
from quorate.observe.facts import (
    cluster_status,
    constraints,
    corosync_links,
    drbd_status,
    lvm,
    mounts,
    quorum,
    unit_state,
)
from quorate.operate.status import Status, judge
from quorate.operate.storage import questions
from quorate.operate.view import View, unreachable
from quorate.ui.screen import show_status

DATA = Path(__file__).parents[2] / "data"
NOW = datetime(2026, 11, 21, 10, 56, 0, tzinfo=UTC)
PARSERS = {
    "units": unit_state.parse,
    "crm_mon": cluster_status.parse,
    "quorum": quorum.parse,
    "links": corosync_links.parse,
    "constraints": constraints.parse,
}
STORAGE = {"drbd": drbd_status.parse, "lvm": lvm.parse, "mounts": mounts.parse}


@dataclass(frozen=True)
class Cases:
    """The cases of one folder. What is absent in one is as in `healthy`; NODE.unreachable: it could not be asked."""

    folder: Path

    @cached_property
    def cluster(self) -> Cluster:
        cluster = load((self.folder / "cluster.yaml").read_text(), "cluster.yaml", kinds()).cluster
        assert cluster is not None
        return cluster

    @cached_property
    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir() if path.is_dir())

    def answer(self, case: str, node: str, question: str) -> Any:
        path = self.folder / case / f"{node}.{question}"
        text = (path if path.exists() else self.folder / "healthy" / path.name).read_text()
        status, _, output = text.partition("\n")
        try:
            return (PARSERS | STORAGE)[question](output, int(status))
        except Unknown as unknown:
            return unknown

    def views(self, case: str) -> list[View]:
        found = []
        for node in self.cluster.nodes:
            silent = self.folder / case / f"{node.name}.unreachable"
            if silent.exists():
                _, message, hint = silent.read_text().splitlines()
                found.append(unreachable(node.name, HostUnreachable(message, hint)))
                continue
            kept = {q: self.answer(case, node.name, q) for q in questions(self.cluster).get(node.name, ())}
            found.append(View(node.name, *(self.answer(case, node.name, question) for question in PARSERS), **kept))
        return found

    def status(self, case: str) -> Status:
        platform = platform_for(("debian",))
        assert platform is not None
        return judge(self.cluster, platform, self.views(case), NOW)

    def screen(self, case: str) -> str:
        judged, out = self.status(case), io.StringIO()
        with contextlib.redirect_stdout(out):
            show_status(self.cluster, judged)
        return f"{out.getvalue()}exit code {judged.exit_code}\n"

    def codes(self, case: str) -> set[str]:
        return {problem.code for problem in self.status(case).problems}

    def expected(self, case: str) -> str:
        """Return what the screen must be. With QUORATE_WRITE_GOLDEN it is written anew; read the difference."""
        path = self.folder / case / "expected.txt"
        if os.environ.get("QUORATE_WRITE_GOLDEN"):
            path.write_text(self.screen(case))
        return path.read_text()
