"""The repository checks itself: sizes, names, links, and that every room says what it is."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "src").rglob("*.py"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINES_MAX = 400
NAMELESS = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers", "base", "stuff"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_is_one_room(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= LINES_MAX, "too long for one thought: which two things is it?"
    assert path.stem not in NAMELESS
    assert ast.get_docstring(ast.parse(text)), "a module says what it does, what comes in, what goes out"


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text()):
        assert (path.parent / target).exists(), f"{name(path)} links to {target}"


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
