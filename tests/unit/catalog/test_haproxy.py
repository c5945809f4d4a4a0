"""The proxy: what it is told of the services behind it, and what of both configurations it would listen on."""

from dataclasses import replace
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest
from tests.unit.catalog.sites import CLUSTER, NODE, site

import quorate.catalog
from quorate.catalog.made import named_in
from quorate.catalog.proxied import Proxied
from quorate.catalog.proxy_conf import Proxy, configuration
from quorate.catalog.service import Service
from quorate.catalog.services import kinds
from quorate.describe.resources import Clone, Colocation, Order
from quorate.dialect.haproxy.model import Section
from quorate.dialect.haproxy.read import read
from quorate.dialect.haproxy.write import write
from quorate.findings import Severity

HAPROXY = kinds()["haproxy"]
NODES = {"n1": "10.20.0.11", "n2": "10.20.0.12", "n3": "10.20.0.13"}
PROXY = Proxy(
    node="n2",
    address="10.20.0.100",
    proxies=NODES,
    peers=8405,
    statistics=8404,
    password="word",
    socket="/run/haproxy/quorate.sock",
    state="/var/lib/haproxy/quorate.state",
    threads=2,
    connections=4000,
    drain_s=600,
)
DATABASE = Proxied("database", 3306, NODES, mode="tcp", single=True, check="/", check_port=9200, idle_s=5400)
IDENTITY = Proxied("identity", 5000, NODES, check="/v3", check_s=3)


class Backend(Service):
    """A service that a proxy may pass on to."""

    proxy: str | None = None

    def proxied(self, site):
        return (Proxied(site.name, 3306, NODES),)


class Sessions(Backend):
    """One that is not over HTTP."""

    def proxied(self, site):
        return (Proxied(site.name, 3307, NODES, mode="tcp"),)


def sections(*behind: Proxied, proxy: Proxy = PROXY) -> dict[str, Section]:
    return {section.name: section for section in configuration(proxy, behind).sections}


def lines(section: Section) -> list[str]:
    return [f"{keyword.name} {keyword.text}" for keyword in section.keywords]


def test_what_is_written_is_read_back_and_only_its_password_is_remarked_on() -> None:
    written = configuration(PROXY, [DATABASE, IDENTITY])
    reading = read(write(written), "quorate.cfg")
    assert reading.configuration == written
    assert [(f.code, f.severity) for f in reading.findings] == [("password-in-file", Severity.INFO)]


def test_a_single_writer_has_standbys_and_all_clients_follow_it() -> None:
    found = lines(sections(DATABASE)["database"])
    servers = [line for line in found if line.startswith("server ")]
    assert servers == [
        "server n1 10.20.0.11:3306",
        "server n2 10.20.0.12:3306 backup",
        "server n3 10.20.0.13:3306 backup",
    ]
    assert "stick on int(1)" in found
    assert any(line.startswith("stick-table ") and line.endswith(" peers quorate") for line in found)
    assert not any(line.startswith("balance") for line in found)


def test_servers_without_a_writer_share_the_clients() -> None:
    found = lines(sections(IDENTITY)["identity"])
    assert "balance leastconn" in found
    assert not any("backup" in line or line.startswith("stick") for line in found)
    assert not any("maxconn" in line or "abortonclose" in line for line in found)
    given = lines(sections(replace(IDENTITY, at_once=7))["identity"])
    assert any(line.startswith("default-server ") and line.endswith(" maxconn 7") for line in given)


@pytest.mark.parametrize(
    ("one", "line"),
    [
        (DATABASE, "timeout server 5400s"),
        (DATABASE, "timeout client 5400s"),
        (DATABASE, "bind 10.20.0.100:3306 transparent"),
        (DATABASE, "timeout check 1s"),
        (IDENTITY, "timeout check 3s"),
        (replace(IDENTITY, patience_s=10), "timeout check 10s"),
        (replace(IDENTITY, at_once=7), "option abortonclose"),
        (IDENTITY, "option httpchk GET /v3"),
        (IDENTITY, "http-request disable-l7-retry unless METH_GET"),
        (replace(IDENTITY, statuses="(2|3).."), "http-check expect rstatus (2|3).."),
    ],
)
def test_each_protocol_has_its_own(one: Proxied, line: str) -> None:
    assert line in lines(sections(one)[one.name])


def test_a_server_that_refuses_a_connection_is_down_at_once() -> None:
    [told] = [line for line in lines(sections(DATABASE)["database"]) if line.startswith("default-server")]
    assert "check port 9200 inter 1s fastinter 100ms" in told
    assert "observe layer4 error-limit 1 on-error mark-down" in told
    assert "on-marked-down shutdown-sessions" in told


def test_the_proxies_know_each_other_and_each_itself() -> None:
    found = sections()
    assert lines(found["quorate"])[0].startswith(("log", "peer"))
    [peers] = [one for one in configuration(PROXY, ()).sections if one.kind == "peers"]
    assert lines(peers) == ["peer n1 10.20.0.11:8405", "peer n2 10.20.0.12:8405", "peer n3 10.20.0.13:8405"]
    [told] = [one for one in configuration(PROXY, ()).sections if one.kind == "global"]
    assert "localpeer n2" in lines(told)


def test_statistics_are_at_the_nodes_own_address_and_need_a_password() -> None:
    found = lines(sections()["quorate-statistics"])
    assert "bind 10.20.0.12:8404" in found
    assert "stats auth quorate:word" in found


def test_addresses_of_version_6_are_in_brackets() -> None:
    proxy = replace(PROXY, address="fd00::5", proxies={"n2": "fd00::2"})
    found = lines(sections(replace(DATABASE, servers={"n2": "fd00::2"}), proxy=proxy)["database"])
    assert "bind [fd00::5]:3306 transparent" in found
    assert "server n2 [fd00::2]:3306" in found


def test_everything_is_defaults_of_its_own() -> None:
    """The operator's `defaults` hold for his sections, and not for these."""
    proxies = [section for section in configuration(PROXY, [DATABASE, IDENTITY]).sections if section.kind == "listen"]
    assert all(section.text.endswith(" from quorate") for section in proxies)


def test_it_passes_on_to_what_names_it_and_to_what_names_none() -> None:
    here, there = HAPROXY(address="10.20.0.100/24"), HAPROXY(address="10.20.0.101/24")
    beside = {"other": there, "a": Backend(), "b": Backend(proxy="other"), "c": Backend(proxy="site")}
    assert [one.name for one in here.behind(site("site", here, **beside))] == ["a", "c"]
    assert [one.name for one in there.behind(site("site", here, **beside).of("other"))] == ["b"]


def test_what_has_the_password_is_readable_to_root_alone() -> None:
    service = HAPROXY(address="10.20.0.100/24")
    where = site("site", service)
    secret = [file for file in service.files(where, NODE) if named_in(file.content)]
    assert [(file.path, file.mode) for file in secret] == [("/etc/haproxy/quorate.cfg", 0o600)]
    assert named_in(secret[0].content) == {one.name for one in service.secrets(where)}


def test_the_address_keeps_to_a_proxy_that_runs() -> None:
    service = HAPROXY(address="10.20.0.100/24")
    made = service.resources(site("site", service))
    [clone] = [one for one in made.resources if isinstance(one, Clone)]
    together, after = made.constraints
    assert together == Colocation("site-with-server", "site", clone.id)
    assert isinstance(after, Order)
    assert (after.first, after.then) == (clone.id, "site")


def test_the_probe_is_a_port_that_is_passed_on() -> None:
    service = HAPROXY(address="10.20.0.100/24")
    assert service.probe(site("site", service)).target == "10.20.0.100"
    assert service.probe(site("site", service, a=Backend())).target == "10.20.0.100:3306"
    found = service.probe(site("site", service, a=Sessions(), b=Backend()))
    assert (found.kind, found.target) == ("tcp", "10.20.0.100:3306")
    assert service.probe(site("site", service, a=Sessions())).target == "10.20.0.100:3307"


@pytest.fixture(scope="module")
def program() -> ModuleType:
    loaded = ModuleType("haproxy")
    path = Path(quorate.catalog.__file__).parent / "programs/haproxy"
    SourceFileLoader("haproxy", str(path)).exec_module(loaded)
    return loaded


OURS = "listen database from quorate\n    bind 10.0.0.5:3306 transparent\n"


@pytest.mark.parametrize(
    ("bind", "clashes"),
    [
        ("10.0.0.5:3306", True),
        ("*:3306", True),
        (":3306 ssl", True),
        (":::3306", True),
        ("10.0.0.9:80,10.0.0.5:3300-3310", True),
        ("ipv4@10.0.0.5:3306", True),
        ("10.0.0.6:3306", False),
        ("10.0.0.5:3307", False),
        ("/run/a.sock", False),
        ("unix@/run/a.sock", False),
        ("10.0.0.5:80 # not :3306", False),
    ],
)
def test_two_sections_that_listen_on_one_port_are_found(program: ModuleType, bind: str, clashes: bool) -> None:
    theirs = f"frontend web\n    mode http\n    bind {bind}\n"
    found = list(program.clashes(theirs, OURS))
    assert found == ([(3, 2, "10.0.0.5:3306")] if clashes else [])


def test_the_section_that_has_a_line_is_named(program: ModuleType) -> None:
    assert program.section_at(OURS, 2) == "listen database"


MORE = " 0" * 10 + " - {port} - 0"  # what stands between a server's state and its port, and behind
STATE = f"""\
1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight
4 database 1 n1 10.20.0.11 2 0{MORE.format(port=3306)}
4 database 2 n2 10.20.0.12 2 0{MORE.format(port=3306)}
5 identity 1 n1 fd00::11 2 0{MORE.format(port=5000)}
"""
TO_COME = """\
listen database from quorate
    server n1 10.20.0.11:3306
    server n2 10.20.0.12:3306 backup
listen identity from quorate
    server n1 [fd00::11]:5000
"""


def test_who_has_all_clients_stands_in_the_tables(program: ModuleType) -> None:
    tables = "# table: database, type: integer, size:4001, used:1\n# table: operators, type: ip, size:100, used:0\n"
    entry = "# table: database\n0x561cf: key=1 use=0 exp=0 server_id=2 server_key=n2\n"
    assert program.holders(tables, {"database": entry}.__getitem__) == {"database": "n2"}
    assert program.holders(tables, {"database": "# table: database\n"}.__getitem__) == {}


def test_it_prints_who_has_all_clients(
    program: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = {
        "show table": "# table: database, type: integer, size:4001, used:1\n",
        "show table database": "0x561cf: key=1 use=0 exp=0 server_id=2 server_key=n2\n",
    }
    monkeypatch.setattr(program, "ask", lambda _path, line: answers[line])
    assert program.chosen("/run/socket") == 0
    assert capsys.readouterr().out == "database n2\n"


def test_a_reload_finds_those_down_that_stand_by(program: ModuleType) -> None:
    """Or new clients would go to the first of them until the table is told who has the others."""
    narrowed = program.narrowed(STATE, {"database": "n2"}, TO_COME)
    assert narrowed == STATE.replace("n1 10.20.0.11 2 0", "n1 10.20.0.11 0 0", 1)
    assert program.narrowed(STATE, {}, TO_COME) == STATE


def test_a_server_with_a_new_port_is_not_held_to_the_old_one(program: ModuleType) -> None:
    narrowed = program.narrowed(STATE, {}, TO_COME.replace(":5000", ":5001"))
    assert narrowed.splitlines() == STATE.splitlines()[:-1]


def test_a_proxy_that_was_reloaded_and_does_not_take_a_table_is_reloaded(
    program: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pids, told = iter(("1", "2")), []

    def ask(_path: str, line: str) -> str:
        if line == "show info":
            return f"Pid: {next(pids)}\n"
        if line == "show table":
            return "# table: database, type: integer, size:4001, used:1\n"
        if line.startswith("show table"):
            return "0x561cf: key=1 use=0 exp=0 server_id=2 server_key=n2\n"
        if line.startswith("set table"):
            raise ConnectionRefusedError(111, "Connection refused")
        return STATE

    monkeypatch.setattr(program, "ask", ask)
    monkeypatch.setattr(program.os, "kill", lambda *what: told.append(what))
    (ours := tmp_path / "ours").write_text(TO_COME)
    assert program.reload("/run/socket", str(tmp_path / "state"), "7", str(ours)) == 0
    assert told == [(7, program.signal.SIGUSR2)]
    assert "does not take who has the clients of database" in capsys.readouterr().err


def test_a_server_is_known_by_its_number_in_its_section(program: ModuleType) -> None:
    assert program.number(STATE, "database", "n2") == "2"
    assert program.number(STATE, "identity", "n1") == "1"


def test_memcached_listens_at_the_nodes_own_address_and_is_reached_there() -> None:
    service = kinds()["memcached"](memory=32)
    where = site("cache", service)
    options, unit = service.files(where, NODE)
    own = str(NODE.links[0].ip)
    assert {f"-l {own}", "-p 11211", "-m 32", "-c 1024"} <= set(options.content.splitlines())
    assert "/etc/memcached.conf" in unit.content
    assert list(service.reached(where)) == [f"{node.links[0].ip}:11211" for node in CLUSTER.nodes]
