"""Every file of operate/inside keeps the protocol of operate/insight.py; nothing here names a kind."""

import inspect
from pathlib import Path

from quorate.catalog.services import kinds
from quorate.operate import inside
from quorate.operate.inside import files


def test_each_is_named_for_a_kind_of_the_catalog_and_says_what_it_asks():
    for kind, file in files().items():
        assert kind in kinds()
        assert file.__name__.rpartition(".")[2] == kind.replace("-", "_")
        assert file.__doc__


def test_each_asks_and_judges_apart():
    for file in files().values():
        assert inspect.iscoroutinefunction(file.look)
        assert list(inspect.signature(file.look).parameters) == ["hosts", "site"]
        assert inspect.isgeneratorfunction(file.judged)
        assert list(inspect.signature(file.judged).parameters) == ["facts", "site", "running"]


def test_each_is_found_by_being_there():
    folder = Path(inside.__path__[0])
    assert {file.__name__.rpartition(".")[2] for file in files().values()} == {f.stem for f in folder.glob("[a-z]*.py")}
