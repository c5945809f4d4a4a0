"""Whatever is given to import: a cluster file and an account of every line, or a usage error; never a traceback."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.adopt.adopting import adopted

from quorate.adopt.account import uncovered
from quorate.errors import UsageError

DATA = Path(__file__).parents[2] / "data"
TEXTS = [
    path.read_text()
    for pattern in ("adopt/*/*.txt", "adopt/*/*.xml", "adopt/*/*.sh", "adopt/*/*.conf", "dialect/crm/*/text.crm",
                    "dialect/corosync/*/corosync.conf", "dialect/pcs/*/text.sh", "render/*/*.drbd9.res")
    for path in sorted(DATA.glob(pattern))
]  # fmt: skip
LINES = sorted({line for text in TEXTS for line in text.splitlines()})


@st.composite
def damaged(draw):
    """A text of the corpus with lines lost, doubled, moved in from others, or cut."""
    rows = draw(st.sampled_from(TEXTS)).splitlines()
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, max(0, len(rows) - 1)))
        match draw(st.sampled_from(["lose", "double", "other", "cut", "noise"])):
            case "lose":
                del rows[at : at + draw(st.integers(1, 3))]
            case "double":
                rows[at:at] = rows[at : at + 2]
            case "other":
                rows.insert(at, draw(st.sampled_from(LINES)))
            case "cut" if rows:
                rows[at] = rows[at][: draw(st.integers(0, 40))]
            case _:
                rows.insert(at, draw(st.text(st.characters(blacklist_categories=("Cs",)), max_size=12)))
    return "\n".join(rows) + "\n"


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(damaged(), min_size=1, max_size=2), st.booleans())
def test_damaged_texts(texts, verbatim):
    given_ = [(f"text{number}", text) for number, text in enumerate(texts)]
    try:
        result = adopted(*given_, verbatim=verbatim)
    except UsageError:
        return
    assert list(uncovered(result.account, dict(given_))) == []
