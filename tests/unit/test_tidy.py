"""The repository checks itself: sizes, names, links, and that every room and every page says what is so."""

import ast
import contextlib
import importlib
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from quorate import registry
from quorate.catalog.services import kinds
from quorate.check.run import check
from quorate.describe.load import load
from quorate.findings import Severity
from quorate.ui import commands
from quorate.ui.main import quorate

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "src").rglob("*.py"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINES_MAX = 400
NAMELESS = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers", "base", "stuff"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


CLUSTER_FILES = [
    (page, text) for page in PAGES for text in blocks(page, "yaml") if re.search("^cluster:", text, re.MULTILINE)
]
COMMAND_LINES = [
    (page, line[2:])
    for page in PAGES
    for block in blocks(page, "console")
    for line in block.splitlines()
    if line.startswith(("# quorate ", "$ quorate "))
]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_is_one_room(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= LINES_MAX, "too long for one thought: which two things is it?"
    assert path.stem not in NAMELESS
    assert ast.get_docstring(ast.parse(text)), "a module says what it does, what comes in, what goes out"


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#:\s]*)(?:#([^)]*))?\)", path.read_text()):
        page = path.parent / target if target else path
        assert page.exists(), f"{name(path)} links to {target}"
        assert not anchor or anchor in anchors(page), f"{name(path)} links to {target}#{anchor}"


def test_every_page_is_linked_to() -> None:
    linked = {
        (page.parent / target).resolve()
        for page in PAGES
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text())
    }
    lonely = [name(page) for page in PAGES if page.parent != ROOT and page not in linked and page.parent.name != "adr"]
    assert lonely == []


def test_pages_hold_cluster_files_and_commands() -> None:
    assert len(CLUSTER_FILES) >= 8
    assert len(COMMAND_LINES) >= 20


@pytest.mark.parametrize(("page", "text"), CLUSTER_FILES, ids=[name(page) for page, _ in CLUSTER_FILES])
def test_cluster_files_in_pages_are_sound(page: Path, text: str) -> None:
    loaded = load(text.encode(), name(page), kinds())
    assert loaded.cluster is not None, [finding.summary for finding in loaded.findings]
    found = [*loaded.findings, *check(loaded.cluster)]
    assert [finding.summary for finding in found if finding.severity is Severity.ERROR] == []


@pytest.mark.parametrize(("page", "line"), COMMAND_LINES, ids=[f"{name(page)}: {line}" for page, line in COMMAND_LINES])
def test_command_lines_in_pages_are_understood(page: Path, line: str) -> None:
    words = shlex.split(re.split(r" [>|;&]", line)[0])[1:]
    command: click.Command = quorate
    context = click.Context(quorate, info_name="quorate")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words.pop(0))
        assert found is not None, f"{name(page)}: {line}"
        command = found
    with contextlib.suppress(click.exceptions.Exit):  # --help and --version end like this
        command.make_context(command.name, words, parent=context)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_commands_that_pages_mention_exist(path: Path) -> None:
    mentioned = set(re.findall(r"`quorate ([a-z]+)", path.read_text()))
    assert mentioned <= set(registry.names(commands))


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_python_in_pages_can_be_read_and_imports_what_there_is(path: Path) -> None:
    for block in blocks(path, "python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("quorate"):
                module = importlib.import_module(node.module)
                assert all(hasattr(module, alias.name) for alias in node.names), ast.unparse(node)


def test_contributing_shows_the_code_as_it_is() -> None:
    def lines(text: str) -> Iterator[str]:
        return (line.partition("  # ")[0].rstrip() for line in text.splitlines() if '"""..."""' not in line)

    code = {line for path in [*MODULES, *(ROOT / "tests").rglob("*.py")] for line in lines(path.read_text())}
    shown = [line for block in blocks(ROOT / "CONTRIBUTING.md", "python") for line in lines(block)]
    assert [line for line in shown if line not in code] == []


def test_the_readme_shows_the_file_that_the_demo_uses() -> None:
    assert blocks(ROOT / "README.md", "yaml")[0] == kinds()["web"].example


def test_the_reference_says_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, "tools/reference.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_room_is_on_the_map() -> None:
    text = (ROOT / "docs" / "whats-here.md").read_text()
    for room in sorted(p.parent.name for p in (ROOT / "src" / "quorate").glob("*/__init__.py")):
        assert f"`{room}/`" in text, f"docs/whats-here.md does not tell of {room}/"


def test_the_changelog_tells_of_this_version() -> None:
    version = re.search(r'__version__ = "(.+)"', (ROOT / "src/quorate/__init__.py").read_text())
    assert version
    assert f"## {version.group(1)}" in (ROOT / "CHANGELOG.md").read_text()


def test_no_secret_lies_in_the_repository() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for file in filter(None, listed.decode().split("\0")):
        path = ROOT / file
        if path.is_file() and path.stat().st_size < 1_000_000:
            assert b"-----BEGIN OPENSSH PRIVATE" + b" KEY-----" not in path.read_bytes(), file
