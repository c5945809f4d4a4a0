import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quorate.render.hosts import BEGIN, END, merged

BLOCK = f"{BEGIN}\n10.20.0.11\tn1\n10.20.0.12\tn2\n10.20.0.13\tn3\n{END}\n"


@pytest.mark.parametrize(
    "existing", ["", "127.0.0.1 localhost\n", "127.0.0.1 localhost", "# nothing\n\n10.9.9.9 backup # c\n"]
)
def test_foreign_lines_stay_and_the_block_comes_last(cluster, existing):
    text = merged(existing, cluster())
    kept = existing if existing.endswith("\n") or not existing else existing + "\n"
    assert text == kept + BLOCK
    assert merged(text, cluster()) == text


def test_what_somebody_else_s_lines_say_as_a_whole_is_not_said_again(cluster):
    lines = "127.0.0.1 localhost\n10.20.0.11 n1\n10.20.0.12 n2.example.org n2\n10.20.0.13 n3 # the third\n"
    assert merged(lines, cluster()) == lines
    assert merged(lines + "127.0.1.1 n1\n", cluster()) == lines + BLOCK.replace("\tn2", "\tn2.example.org n2")


def test_the_block_is_replaced_where_it_stands(cluster):
    old = f"127.0.0.1 localhost\n{BEGIN}\n10.1.1.1 gone\n10.1.1.2 n1\n{END}\n10.9.9.9 backup\n"
    assert merged(old, cluster()) == f"127.0.0.1 localhost\n{BLOCK}10.9.9.9 backup\n"


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("127.0.1.1\tn1", ""),  # Debian's installer
        ("127.0.1.1 n1 other", "127.0.1.1 other\n"),
        ("127.0.0.1 localhost n1 # mine", "127.0.0.1 localhost # mine\n"),
        ("::1 n1 ip6-localhost", "::1 ip6-localhost\n"),
        ("10.20.0.99 n3", ""),  # an address it had before
        ("10.20.0.11 n1", "10.20.0.11 n1\n"),  # says the same
        ("#127.0.1.1 n1", "#127.0.1.1 n1\n"),
        ("127.0.1.1 n11", "127.0.1.1 n11\n"),
    ],
)
def test_a_line_that_gives_a_node_another_address_loses_its_name(cluster, line, left):
    assert merged(f"{line}\n", cluster()) == left + BLOCK


def test_a_qualified_name_moves_into_the_block(cluster):
    text = merged("127.0.1.1\tn1.example.org\tn1\n", cluster())
    assert text == BLOCK.replace("\tn1\n", "\tn1.example.org n1\n")
    assert merged(text, cluster()) == text
    assert merged(text + "127.0.1.1 n1.example.org n1\n", cluster()) == text


def test_a_block_whose_end_was_lost_is_made_whole(cluster):
    torn = f"127.0.0.1 localhost\n{BEGIN}\n10.20.0.99\tn1\n10.9.9.9 backup\n"
    text = merged(torn, cluster())
    assert text == f"127.0.0.1 localhost\n{BLOCK}10.9.9.9 backup\n"


WORDS = st.sampled_from(
    [
        "127.0.0.1",
        "127.0.1.1",
        "10.20.0.11",
        "n1",
        "n2",
        "n1.example.org",
        "x",
        "#",
        "# c",
        " ",
        "\t",
        BEGIN,
        END,
        "",
        "\x0b",
        "é",
    ]
)
LINES = st.lists(WORDS, max_size=5).map(" ".join)


@given(st.lists(LINES | st.sampled_from([BEGIN, END, "127.0.1.1 n1.example.org n1"]), max_size=12).map("\n".join))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_stood_there_a_second_time_changes_nothing(cluster, existing):
    once = merged(existing, cluster())
    assert merged(once, cluster()) == once
    assert once.count("10.20.0.12\tn2\n") >= 1
    names = {
        name for line in once.split("\n") if line.startswith("127.") for name in line.partition("#")[0].split()[1:]
    }
    assert not names & {"n1", "n2", "n3"}
