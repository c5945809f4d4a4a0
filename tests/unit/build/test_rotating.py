"""When `--rotate-key` means something."""

import pytest

from build.wishes import THREE, wish
from quorate.build.prepare import has_key_to_rotate
from quorate.errors import UsageError

GIVEN = THREE + "corosync: {key: {env: COROSYNC_KEY}}\n"


def test_a_key_that_quorate_made_is_rotated() -> None:
    assert has_key_to_rotate(wish().cluster, ())


@pytest.mark.parametrize(
    ("text", "without", "words"),
    [
        (GIVEN, (), "the cluster file says which key"),
        (THREE + "corosync: {crypto: false}\n", (), "does not encrypt"),
        (THREE, ("n3",), "n3 would come back with the old key"),
    ],
)
def test_what_would_not_work_is_a_wrong_call(text: str, without: tuple[str, ...], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        has_key_to_rotate(wish(text).cluster, without)
