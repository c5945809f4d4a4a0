"""Accounts in the broker: made with a password that no argument holds, and found again. A script is rabbitmqctl."""

import subprocess

import pytest
from tests.unit.catalog.sites import site

from quorate.catalog import accounts
from quorate.catalog.made import named_in
from quorate.catalog.services.rabbitmq import Rabbitmq
from quorate.catalog.services.systemd import Systemd

RABBITMQCTL = """\
#!/bin/sh
cd {folder}
echo "$@" >> calls
[ ! -e stopped ] || exit 69
case "$2" in
authenticate_user) read -r given; [ "$given" = "$(cat password 2>/dev/null)" ] || exit 65;;
list_user_permissions) cat rights;;
list_users) [ ! -e password ] || printf 'glance\\t[]\\n';;
add_user) [ ! -e password ] || exit 70; cat > password;;
change_password) cat > password;;
set_permissions) printf '/\\t%s\\t%s\\t%s\\n' "$4" "$5" "$6" > rights;;
esac
"""


@pytest.fixture
def broker(tmp_path, monkeypatch):
    """Return the folder that is the broker."""
    program = tmp_path / "rabbitmqctl"
    program.write_text(RABBITMQCTL.format(folder=tmp_path))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


@pytest.fixture
def account():
    queue = Rabbitmq(address="10.20.0.101/24", data={"filesystem": {"device": "/srv/queue"}})
    images = site("images", Systemd(unit="glance"), queue=queue)
    return accounts.amqp_account(images, images.of("queue"), "glance")


def run(argv, password):
    return subprocess.run(argv, input=f"{password}\n", text=True, check=False, timeout=10).returncode


def test_it_is_made_and_found(broker, account):
    assert run(account.asks, "one") == 1
    assert run(account.does, "one") == 0
    assert run(account.asks, "one") == 0
    assert "one" not in (broker / "calls").read_text()


@pytest.mark.parametrize(
    ("file", "content"), [("password", "by hand\n"), ("rights", "/\t^$\t.*\t.*\n"), ("rights", "")]
)
def test_what_was_changed_by_hand_is_found_and_put_right(broker, account, file, content):
    run(account.does, "one")
    (broker / file).write_text(content)
    assert run(account.asks, "one") == 1
    assert run(account.does, "one") == 0
    assert run(account.asks, "one") == 0


def test_its_rights_on_another_virtual_host_are_nobodys_business(broker, account):
    run(account.does, "one")
    rights = (broker / "rights").read_text()
    (broker / "rights").write_text(f"{rights}other\t.*\t.*\t.*\n")
    assert run(account.asks, "one") == 0
    (broker / "rights").write_text("other\t.*\t.*\t.*\n")
    assert run(account.asks, "one") == 1


def test_a_broker_that_does_not_run_says_nothing(broker, account):
    run(account.does, "one")
    (broker / "stopped").touch()
    assert run(account.asks, "one") == 2


def test_the_password_stands_in_the_inputs_alone(account):
    assert named_in(account.input) == named_in(account.ask_input) == {"images.broker"}
    assert not named_in(" ".join((*account.asks, *account.does)))


def test_clients_know_every_broker():
    queue = Rabbitmq(address="10.20.0.101/24", data={"filesystem": {"device": "/srv/queue"}})
    images = site("images", Systemd(unit="glance"), queue=queue)
    assert accounts.amqp_url(images, images.of("queue"), "glance") == (
        "rabbit://glance:@quorate-secret:images.broker@@10.20.0.101:5672//"
    )
