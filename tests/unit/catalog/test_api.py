"""The frame of API services: a clone behind a proxy, or one server bound to a floating address, by one word."""

import os
import subprocess
from typing import ClassVar

import pytest
from tests.unit.catalog.sites import ADDRESS, NODE, Proxy, site

from quorate.catalog.api import ApiService, answers, ini
from quorate.catalog.made import named_in
from quorate.catalog.service import Service
from quorate.catalog.services.address import Address
from quorate.catalog.services.mariadb import Mariadb
from quorate.describe.resources import Colocation, Group, Order, Primitive


class Databases(Service):
    """Stands for a database with an instance on every node, each for the node itself."""

    kind: ClassVar[str] = "databases"
    offers: ClassVar[str] = "sql"

    def reached(self, site):
        return ["127.0.0.1:3306"]


class Glance(ApiService):
    """Stands for any API service."""

    kind: ClassVar[str] = "glance"
    leaving: ClassVar[str] = "/run/glance/leaving"
    port: int = 9292

    def unit_lines(self, site, node):
        return ("Environment=A=b",)

    def settings(self, site, node):
        return {
            "DEFAULT": {"bind_host": str(self.listening(site, node).ip)},
            "database": {"connection": self.sql(site)},
        }


DATABASE = Mariadb(address="10.20.0.101/24", data={"filesystem": {"device": "/srv/db"}})


def active(**beside):
    return site("images", Glance(), proxy=Proxy(), **{"database": DATABASE, **beside})


def passive(**beside):
    return site("images", Glance(), entrance=Address(address=ADDRESS), **{"database": DATABASE, **beside})


def settings(where, node=NODE):
    return next(f.content for f in where.service.files(where, node) if f.path.endswith(".conf.d/quorate.conf"))


def test_behind_a_proxy_every_node_runs_it_at_its_own_address():
    made = active().service.resources(active())
    server, clone = made.resources
    assert isinstance(server, Primitive)
    assert str(server.agent) == "systemd:glance-api"
    assert (clone.id, clone.member, clone.promotable, dict(clone.meta)) == (
        "images",
        "images-server",
        False,
        {"interleave": "true"},
    )
    assert made.constraints == ()
    assert "bind_host = 10.20.0.11\n" in settings(active())


def test_behind_an_address_alone_one_node_runs_it_there():
    made = passive().service.resources(passive())
    assert [type(one) for one in made.resources] == [Primitive, Group]
    assert made.constraints == (
        Colocation("images-with-entrance", "images", "entrance"),
        Order("images-after-entrance", "entrance", "images"),
    )
    assert "bind_host = 10.20.0.100\n" in settings(passive())
    assert settings(passive(), passive().nodes[1]) == settings(passive())


def test_bound_to_an_address_it_stays_with_the_instance_of_its_own_node():
    here = passive(database=Databases())
    bound = here.service.resources(here).constraints
    assert Colocation("images-with-database", "images", "database") in bound
    assert Colocation("images-draws-entrance", "entrance", "database", "5000") in bound
    assert "@127.0.0.1:3306/" in settings(here)


def test_a_proxy_is_told_of_every_server_and_an_address_of_none():
    [proxied] = active().service.proxied(active())
    assert (proxied.name, proxied.port, proxied.check) == ("images", 9292, "/healthcheck")
    assert dict(proxied.servers) == {"n1": "10.20.0.11", "n2": "10.20.0.12", "n3": "10.20.0.13"}
    assert passive().service.proxied(passive()) == ()


@pytest.mark.parametrize("where", [active(), passive()])
def test_others_find_it_at_the_entrance_in_both_forms(where):
    assert where.service.reached(where) == ("10.20.0.100:9292",)
    assert set(where.service.uses(where)) == {"database", *(set(where.cluster.services) & {"proxy", "entrance"})}


def test_its_database_is_asked_for_and_made_with_the_password_in_the_input_alone():
    [account] = active().service.settings_up(active())
    assert account.on == "database"
    assert named_in(account.input) == named_in(account.ask_input) == {"images.database"}
    assert not named_in(" ".join((*account.asks, *account.does)))
    assert "CREATE DATABASE IF NOT EXISTS `glance`" in account.input


def test_its_settings_are_for_its_group_alone_and_name_the_secret():
    [file] = [f for f in active().service.files(active(), NODE) if named_in(f.content)]
    assert (file.mode, file.group, file.reader, file.taken) == (0o640, "glance", "images-server", "restart")
    assert (
        "connection = mysql+pymysql://glance:@quorate-secret:images.database@@10.20.0.101:3306/glance?" in file.content
    )


def test_from_one_form_to_the_other_it_is_restarted_and_waits_for_its_address():
    """Pacemaker restarts what has other parameters; a proxy may still hold the address, and is stopped in no order."""
    parameters = [dict(where.service.resources(where).resources[0].parameters) for where in (active(), passive())]
    assert parameters == [{}, {"address": "10.20.0.100"}]
    for where, address in ((active(), "10.20.0.11"), (passive(), "10.20.0.100")):
        files = {f.path: f.content for f in where.service.files(where, NODE)}
        unit = files["/etc/systemd/system/glance-api.service"]
        assert f"ExecStartPre=-/usr/lib/quorate/free {address} 9292\n" in unit
        assert "/usr/lib/quorate/free" in files


def test_its_unit_is_started_when_it_answers_and_is_watched():
    files = {f.path: f.content for f in active().service.files(active(), NODE)}
    unit = files[path := "/etc/systemd/system/glance-api.service"]
    call = "/usr/lib/quorate/answers --started /run/glance/quorate.pid 10.20.0.11 9292 /healthcheck"
    assert f"ExecStartPost={call}\n" in unit
    assert "Environment=A=b\n" in unit
    assert "ExecStartPre=+/usr/lib/quorate/answers --stay /run/glance/leaving\n" in unit
    assert "ExecStop=+/usr/lib/quorate/answers --leave /run/glance/leaving 3.5\n" in unit
    assert "ExecStopPost=+/usr/lib/quorate/answers --stay /run/glance/leaving\n" in unit
    alone = {f.path: f.content for f in passive().service.files(passive(), NODE)}
    assert "ExecStartPre=+/usr/lib/quorate/answers --stay /run/glance/leaving\n" in alone[path]
    assert "ExecStop" not in alone[path]
    assert files["/usr/lib/quorate/answers"] == answers()


def test_a_server_behind_a_proxy_has_longer_to_answer():
    """It may wait for its database, as those of all nodes then do, and meanwhile the proxy passes it by."""
    path = "/etc/systemd/system/quorate-watch-images-server.service"
    [watch] = [f.content for f in active().service.files(active(), NODE) if f.path == path]
    asked = "/usr/lib/quorate/answers 10.20.0.11 9292 /healthcheck"
    assert f"--every=30 --patience=120 images-server /run/glance/quorate.pid {asked}\n" in watch
    [watch] = [f.content for f in passive().service.files(passive(), NODE) if f.path == path]
    asked = "/usr/lib/quorate/answers 10.20.0.100 9292 /healthcheck"
    assert f"--patience=60 images-server /run/glance/quorate.pid {asked}\n" in watch


def test_another_port_is_taken_over_by_a_restart_that_is_the_operators():
    """Keystone's stands in its unit alone."""
    [unit] = [f for f in active().service.files(active(), NODE) if f.path.endswith("/glance-api.service")]
    assert (unit.reader, unit.taken) == ("images-server", "restart")
    assert unit.reader in {one.id for one in active().service.resources(active()).resources}


def test_its_unit_waits_for_no_other_that_pacemaker_starts():
    """Debian's own is ordered after the database, the broker and keystone, and Pacemaker would not wait for it then."""
    unit = next(f.content for f in active().service.files(active(), NODE) if f.path.endswith("/glance-api.service"))
    [after] = [line for line in unit.splitlines() if line.startswith("After=")]
    assert after.partition("=")[2].split() == ["network-online.target", "local-fs.target", "remote-fs.target"]


def test_without_entrance_and_database_nothing_is_assumed():
    """Check has findings about it; whoever asks meanwhile gets an answer."""
    alone = site("images", Glance())
    assert alone.service.uses(alone) == alone.service.settings_up(alone) == ()
    assert len(alone.service.reached(alone)) == len(alone.nodes)
    assert "connection = \n" in settings(alone)


def test_sections_are_written_as_oslo_config_reads_them():
    assert ini({"A": {"x": "1", "y": "2"}, "b": {"z": "3"}}) == (
        "# Written by quorate.\n[A]\nx = 1\ny = 2\n\n[b]\nz = 3\n"
    )


def program(tmp_path, *argv, **environment):
    path = tmp_path / "answers"
    path.write_text(answers())
    return subprocess.run(["bash", path, *argv], check=True, env={"PATH": os.environ["PATH"], **environment})


def test_a_server_says_that_it_leaves_until_it_is_started_again(tmp_path):
    file = tmp_path / "leaving"
    program(tmp_path, "--leave", file, "0", MAINPID="1")
    assert file.exists()
    program(tmp_path, "--stay", file)
    assert not file.exists()
    program(tmp_path, "--stay", file)


def test_who_has_ended_has_nothing_to_say_and_what_the_operator_said_stays(tmp_path):
    file = tmp_path / "leaving"
    program(tmp_path, "--leave", file, "30")
    assert not file.exists()
    file.write_text("for maintenance")
    program(tmp_path, "--leave", file, "0", MAINPID="1")
    program(tmp_path, "--stay", file)
    assert file.read_text() == "for maintenance"
