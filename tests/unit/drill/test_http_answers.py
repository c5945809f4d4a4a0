"""What the HTTP probe makes of an answer, without any network."""

import json

import pytest

from quorate.drill.probes._process import Settings
from quorate.drill.probes.http import ANSWER_BYTES_MAX, is_complete, judge

OK = b"HTTP/1.1 200 OK\r\nServer: x\r\ncontent-length: 5\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "result", "detail"),
    [
        (OK + b"hello", "ok", ""),
        (b"HTTP/1.0 200 OK\r\n\r\nno length, ended by the end", "ok", ""),
        (OK + b"hel", "closed", "3 of 5 bytes"),
        (b"", "closed", "closed without an answer"),
        (b"HTTP/1.1 200 OK\r\nServer:", "closed", "closed within the head"),
        (b"HTTP/1.1 503 Busy\r\n\r\nhello", "bad-status", "503"),
        (b"HTTP/1.1 301 Moved\r\n\r\n", "bad-status", "301"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "bad-status", "not HTTP"),
        (b"\xff\xfe\x00\r\n\r\n", "bad-status", "not HTTP"),
    ],
)
def test_result(answer: bytes, result: str, detail: str) -> None:
    assert judge(answer) == (result, "", detail)


def test_expected_text_is_looked_for_in_the_body_only() -> None:
    assert judge(OK + b"hello", expect="hello")[0] == "ok"
    assert judge(OK + b"hello", expect="Server")[0] == "bad-body"


@pytest.mark.parametrize(
    ("body", "node"),
    [
        (b"served by n1", "n1"),
        (b"n10 n2", "n2"),
        (b"an1 n1-old", ""),
        (b"<b>n1</b>", "n1"),
        (b"nobody", ""),
        (b"<p>n1 is served by n2</p>", "n2"),
    ],
)
def test_node_is_a_whole_word(body: bytes, node: str) -> None:
    assert judge(b"HTTP/1.0 200 OK\r\n\r\n" + body, nodes=("n1", "n2"))[1] == node


def test_an_error_page_still_tells_its_node() -> None:
    assert judge(b"HTTP/1.0 500 No\r\n\r\nn2 is unwell", nodes=("n1", "n2")) == ("bad-status", "n2", "500")


def test_complete_by_length_only() -> None:
    assert is_complete(OK + b"hello")
    assert not is_complete(OK + b"hell")
    assert not is_complete(b"HTTP/1.0 200 OK\r\n\r\nwho knows")


def test_a_long_answer_is_judged_by_what_has_come() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n"
    assert judge((head + b"x" * ANSWER_BYTES_MAX)[:ANSWER_BYTES_MAX])[0] == "ok"


def test_settings_bound_what_is_in_flight() -> None:
    settings = Settings.parse(json.dumps({"target": "http://10.0.0.1/", "output": "x", "nodes": ["n1"]}))
    assert (settings.in_flight_max, settings.nodes) == (26, ("n1",))


@pytest.mark.parametrize("bad", ['{"target": 1}', "[]", "", '{"target": "x", "output": "y", "every_ms": 0}'])
def test_settings_that_do_not_fit_are_refused(bad: str) -> None:
    with pytest.raises((TypeError, ValueError)):
        Settings.parse(bad)
