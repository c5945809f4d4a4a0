"""keystone: settings of its own, uWSGI at one address, what is set up once, and no password where others look."""

import configparser
import json

import pytest
from tests.unit.catalog.sites import ADDRESS, NODE, Proxy, site
from tests.unit.catalog.test_api import DATABASE

from quorate.catalog.made import named_in
from quorate.catalog.proxied import Proxied
from quorate.catalog.service import Probe
from quorate.catalog.services.address import Address
from quorate.catalog.services.keystone import Keystone
from quorate.catalog.services.memcached import Memcached


@pytest.fixture
def active():
    return site("identity", Keystone(), proxy=Proxy(), database=DATABASE)


@pytest.fixture
def passive():
    return site("identity", Keystone(workers=2, region="north"), entrance=Address(address=ADDRESS), database=DATABASE)


def file(where, path):
    return next(file for file in where.service.files(where, NODE) if file.path == path)


def settings(where):
    parsed = configparser.ConfigParser(interpolation=None)
    parsed.read_string(file(where, "/etc/keystone/keystone.conf.d/quorate.conf").content)
    return parsed


def test_its_server_listens_at_the_node_behind_a_proxy_and_at_the_address_without_one(active, passive):
    path = "/etc/systemd/system/keystone.service"
    assert f"--http-socket {NODE.links[0].ip}:5000 --ini" in file(active, path).content
    assert "--http-socket 10.20.0.100:5000 --http-socket 127.0.0.1:5000 --ini" in file(passive, path).content
    assert "ExecStart=\nExecStart=/usr/bin/uwsgi_python3 " in file(active, path).content
    assert "KillMode=mixed\n" in file(active, path).content, "a worker that is told to stop drops its requests"


def test_without_a_proxy_whether_it_is_well_is_asked_beside_the_queue_of_clients(active, passive):
    unit, watch = "/etc/systemd/system/keystone.service", "/etc/systemd/system/quorate-watch-identity-server.service"
    for path, question in ((unit, "answers --started /run/keystone/quorate.pid {} 5000"), (watch, "answers {} 5000")):
        assert question.format("127.0.0.1") in file(passive, path).content
        assert question.format(NODE.links[0].ip) in file(active, path).content
    assert "free 10.20.0.100 5000\n" in file(passive, unit).content, "it waits for the address that clients use"


def test_the_packages_ini_is_left_alone_and_ours_has_as_many_workers_as_the_file_says(active, passive):
    assert "processes = 1\nthreads = 8\n" in file(active, "/etc/keystone/quorate-uwsgi.ini").content
    assert "processes = 2\n" in file(passive, "/etc/keystone/quorate-uwsgi.ini").content
    told = "add-header = Connection: close\n"
    assert told in file(passive, "/etc/keystone/quorate-uwsgi.ini").content, "clients of 5000 itself reuse nothing"
    paths = {file.path for file in active.service.files(active, NODE)}
    assert not paths & {"/etc/keystone/keystone.conf", "/etc/keystone/keystone-uwsgi.ini"}


def test_its_settings_are_for_it_alone_and_name_the_folders_of_its_keys(active):
    written = file(active, "/etc/keystone/keystone.conf.d/quorate.conf")
    assert (written.mode, written.owner, written.group, written.taken) == (0o640, "root", "keystone", "restart")
    folders = [one.path for one in active.service.key_repositories()]
    assert [settings(active)[name]["key_repository"] for name in ("fernet_tokens", "credential")] == folders
    assert "10.20.0.101:3306/keystone?" in settings(active)["database"]["connection"]
    assert "cache" not in settings(active), "where there is no cache"


def test_tokens_are_asked_for_at_the_floating_address(active, passive):
    for where in (active, passive):
        assert where.service.probe(where) == Probe("token", "http://10.20.0.100:5000/v3")
    [proxied] = active.service.proxied(active)
    assert isinstance(proxied, Proxied)
    assert (proxied.port, proxied.check) == (5000, "/healthcheck")


def test_its_tables_are_made_after_its_account_and_its_first_user_after_these(passive):
    account, tables, user = passive.service.settings_up(passive)
    assert account.on == "database"
    assert tables.does[-1] == "db_sync"
    assert tables.asks[-1] == "--check"
    asked = json.loads(user.ask_input)
    assert asked["url"] == asked["identity"] == "http://10.20.0.100:5000/v3"
    words = " ".join(user.does)
    assert "--bootstrap-public-url http://10.20.0.100:5000/v3" in words
    assert "--bootstrap-region-id north" in words
    assert asked["region"] == "north"


def test_the_password_of_admin_is_in_inputs_and_closed_files_alone(active):
    user = active.service.settings_up(active)[-1]
    assert named_in(user.input) == named_in(user.ask_input) == {"identity.admin"}
    assert not any(named_in(word) for word in (*user.asks, *user.does))
    rc = file(active, "/root/quorate-openrc")
    assert rc.mode == 0o600
    assert "export OS_AUTH_URL=http://10.20.0.100:5000/v3\n" in rc.content


def test_only_the_keys_of_tokens_are_replaced():
    tokens, credentials = Keystone().key_repositories()
    assert tokens.kept_s == (1 + 48) * 3600
    assert credentials.kept_s is None


def test_it_shares_no_cache():
    where = site("identity", Keystone(), proxy=Proxy(), database=DATABASE, cache=Memcached())
    assert "cache" not in settings(where)
