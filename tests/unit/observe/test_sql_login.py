"""The program that logs in, with a server that is made up: what it says on each turn."""

import subprocess
import sys
from pathlib import Path

import pytest

from quorate.observe.facts import sql_login

CLIENT = """
class err:
    class MySQLError(Exception): pass
class Connection:
    def cursor(self): return self
    def execute(self, statement): turn("execute")
    def close(self): pass
def turn(name):
    if name == "{fails}": raise err.MySQLError({code}, "no")
def connect(**known):
    assert known["password"] == "s3cr3t", known
    turn("connect")
    return Connection()
"""


@pytest.mark.parametrize(
    ("fails", "code", "said"),
    [("", 0, ""), ("connect", 4151, sql_login.LOCKED), ("execute", 1820, sql_login.EXPIRED)],
)
def test_an_account_is_refused_at_the_door_or_at_its_first_statement(
    tmp_path: Path, fails: str, code: int, said: str
) -> None:
    (tmp_path / "pymysql.py").write_text(CLIENT.format(fails=fails, code=code))
    (tmp_path / "secret").write_text("s3cr3t\n")
    argv = sql_login.command_for("keystone", "10.0.0.1", 3306, str(tmp_path / "secret")).argv
    assert "s3cr3t" not in " ".join(argv)
    done = subprocess.run(
        [sys.executable, *argv[1:]], env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert sql_login.parse(done.stdout, done.returncode) == said, done.stderr
