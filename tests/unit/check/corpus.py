"""The corpus of cluster files: bad ones with what is expected of them, good ones of which nothing is."""

from dataclasses import dataclass
from pathlib import Path

from quorate.catalog.services import kinds
from quorate.check.run import check
from quorate.describe.load import load
from quorate.findings import Finding

CORPUS = Path(__file__).parents[2] / "data" / "corpus"
BAD = sorted((CORPUS / "bad").glob("*.yaml"))
GOOD = sorted((CORPUS / "good").glob("*.yaml"))


@dataclass(frozen=True)
class Seen:
    """What a finding is compared by: its code and the line it points at."""

    code: str
    line: int

    def __str__(self) -> str:
        return f"{self.code}@{self.line}"


def expected(file: Path) -> set[Seen]:
    """Read the first line of a bad file: `# expect: code@line, code@line`."""
    first = file.read_text().splitlines()[0]
    assert first.startswith("# expect: "), f"{file.name} does not say what is expected of it"
    pairs = (pair.strip().split("@") for pair in first.removeprefix("# expect: ").split(","))
    return {Seen(code, int(line)) for code, line in pairs}


def findings(file: Path) -> list[Finding]:
    """Load and check a file as `quorate check` does; it must be readable, or no rule would be asked at all."""
    loaded = load(file.read_bytes(), file.name, kinds())
    assert loaded.cluster is not None, [f"{f.code}: {f.summary}" for f in loaded.findings]
    return [*loaded.findings, *(loaded.place(finding) for finding in check(loaded.cluster))]


def seen(found: list[Finding]) -> set[Seen]:
    """Return the findings' codes and lines."""
    return {Seen(f.code, f.place.line if f.place else 0) for f in found}
