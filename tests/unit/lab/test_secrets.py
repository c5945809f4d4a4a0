"""Values for secret references: what is set wins, what is not set is invented once."""

import stat

import pytest

from quorate.describe.secret import Secret
from quorate.errors import UsageError
from quorate.lab.secrets import KEY_CHARACTERS, PASSWORD_CHARACTERS, Secrets

UNSET = Secret("env", "QUORATE_TEST_SURELY_UNSET")


def test_a_set_variable_is_used(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("QUORATE_TEST_SET", "from outside")
    assert Secrets(tmp_path / "s").value(Secret("env", "QUORATE_TEST_SET")) == "from outside"
    assert not (tmp_path / "s").exists()


def test_a_file_is_read_without_its_last_newline(tmp_path) -> None:
    (tmp_path / "password").write_text("from a file\n")
    assert Secrets(tmp_path / "s").value(Secret("file", str(tmp_path / "password"))) == "from a file"


def test_an_unset_one_is_invented_once_and_kept_for_root_alone(tmp_path) -> None:
    path = tmp_path / "lab" / "secrets.json"
    invented = Secrets(path).value(UNSET)
    assert len(invented) == PASSWORD_CHARACTERS
    assert Secrets(path).value(UNSET) == invented
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Secrets(path).value(Secret("env", "QUORATE_TEST_ANOTHER")) != invented


def test_a_corosync_key_is_long_enough(tmp_path) -> None:
    assert len(Secrets(tmp_path / "s", [UNSET]).value(UNSET)) == KEY_CHARACTERS


def test_a_file_of_bytes_is_the_users_mistake(tmp_path) -> None:
    (tmp_path / "password").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError):
        Secrets(tmp_path / "s").value(Secret("file", str(tmp_path / "password")))
