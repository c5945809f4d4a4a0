"""Whatever a corosync.conf holds, the text that is written of it is read as the same."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.dialect.corosync_cases import CASES

from quorate.dialect.corosync.model import Configuration, Key, Section
from quorate.dialect.corosync.read import read
from quorate.dialect.corosync.vocabulary import NAMES, SECTIONS
from quorate.dialect.corosync.write import write

TEXTS = [case.joinpath("corosync.conf").read_text() for case in CASES]
quick = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))

WORD = st.text("abcdefghijklmnop_0123456789", min_size=1, max_size=12).filter(lambda word: word not in NAMES)
VALUE = (
    st.lists(st.text("abcdeXYZ0123456789.:/_-|#=äß", min_size=1, max_size=10), max_size=3)
    .map(" ".join)
    .filter(lambda value: " #" not in value and not value.startswith("#"))
)
COMMENTS = st.lists(st.text("abc d#:äß", max_size=20).map(lambda text: f"#{text}".strip()), max_size=2).map(tuple)


def keys(path):
    """Keys of a section: numbers where they must be, else anything; and keys that nobody knows."""

    def of(name, takes):
        if takes.range:
            values = st.integers(*takes.range).map(str)
        else:
            values = st.sampled_from(takes.words) if takes.words else VALUE
        return st.builds(Key, st.just(name), values, COMMENTS)

    kinds = [of(name, takes) for name, takes in SECTIONS[path].items()]
    return st.one_of(*kinds, st.builds(Key, WORD, VALUE, COMMENTS))


def items(path, depth=0):
    inner = [section((*path, one[-1]), depth + 1) for one in SECTIONS if len(one) == depth + 1 and one[:-1] == path]
    return st.lists(st.one_of(keys(path), *inner), max_size=5).map(tuple)


def section(path, depth):
    return st.builds(Section, st.just(path[-1]), items(path, depth), COMMENTS, COMMENTS)


configurations = st.builds(Configuration, items(()), COMMENTS)


@quick
@given(configurations)
def test_what_is_written_is_read_as_the_same(configuration):
    assert read(write(configuration), "x.conf").configuration == configuration


@quick
@given(st.sampled_from(TEXTS), st.floats(0, 1), st.integers(0, 30), st.text(max_size=5))
def test_reading_never_raises(text, part, length, instead):
    at = int(part * len(text))
    for finding in read(text[:at] + instead + text[at + length :], "x.conf").findings:
        assert finding.place is not None
        assert finding.summary
        assert finding.why
        assert finding.fix


@quick
@given(st.text(max_size=60), st.text("{}:# =\n\"“'a：｛totemversin", max_size=60))
def test_noise_never_raises(text, shaped):
    read(text, "x.conf")
    configuration = read(shaped, "x.conf").configuration
    assert read(write(configuration), "y.conf").configuration.items is not None
