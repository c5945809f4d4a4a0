"""Where a secret's value comes in."""

import pytest

from quorate.catalog.made import filled, made, named_in


@pytest.mark.parametrize("name", ["broker.cookie", "Broker.cookie", "msg_q.cookie", "q.1.cookie"])
def test_a_mark_is_known_whatever_its_service_is_called(name: str) -> None:
    content = f"cookie = {made(name)}\n"
    assert named_in(content) == {name}
    assert filled(content, {name: "SECRET"}) == "cookie = SECRET\n"
