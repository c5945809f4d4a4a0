"""mariadb and rabbitmq: what the servers are told, and where their data lie."""

import pytest
from tests.unit.catalog.sites import NODE, site

from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds

MARIADB, RABBITMQ = kinds()["mariadb"], kinds()["rabbitmq"]
DRBD = {"drbd": {"disk": "/dev/sda3"}}
LVM = {"lvm": {"disk": "/dev/sdb"}}
BIND = {"filesystem": {"device": "/srv/shared"}}


def mariadb(**options):
    return MARIADB.model_validate({"address": "10.0.0.5/24", "data": DRBD} | options)


def rabbitmq(**options):
    return RABBITMQ.model_validate({"address": "10.0.0.6/24", "data": DRBD} | options)


def rabbitmq_files():
    service = rabbitmq()
    return service.files(site("queue", service), NODE)


def asked(service):
    return service.probe(site("db", service))


def settings(service, name="db"):
    return service.files(site(name, service), NODE)[0].content


def members(service, name="db"):
    return {resource.id: resource for resource in service.resources(site(name, service)).resources}


@pytest.mark.parametrize("data", [DRBD, LVM, BIND])
@pytest.mark.parametrize("make", [mariadb, rabbitmq])
def test_the_server_starts_last_and_after_its_address(make, data):
    group = members(make(data=data))["db"].members
    assert group[-3:] == ("db-filesystem", "db-address", "db-server")


def test_mariadb_listens_on_the_floating_address_alone():
    text = settings(mariadb(port=3307, buffer_pool=512))
    assert "\nbind-address = 10.0.0.5\n" in text
    assert "\nport = 3307\n" in text
    assert "\ninnodb_buffer_pool_size = 512M\n" in text
    assert asked(mariadb(port=3307)).target == "10.0.0.5:3307"
    assert mariadb(buffer_pool=512).memory_mib() == 512


def test_mariadbs_agent_configuration_and_seed_mean_one_datadir():
    service = mariadb(data={"drbd": {"disk": "/dev/sda3", "mount": "/data"}})
    server = members(service)["db-server"].parameters
    seed = service.seed("db", PLATFORM)
    assert server["datadir"] == seed.directory == "/data/mysql"
    assert "\ndatadir = /data/mysql\n" in settings(service)
    assert f"\nlog-error = {server['log']}\n" in settings(service)
    assert f"\nsocket = {server['socket']}\n" in settings(service)
    assert f"\npid-file = {server['pid']}\n" in settings(service)
    assert "--datadir=/data/mysql" in seed.fill
    assert seed.filled.startswith(seed.directory + "/")
    assert (seed.owner, seed.group) == ("mysql", "mysql")
    assert seed.filled == f"{seed.directory}/{seed.usual.whole}"
    assert seed.usual.unit in service.units(PLATFORM)


def test_what_is_acknowledged_is_on_disk():
    assert "innodb_flush_log_at_trx_commit = 1\n" in settings(mariadb())
    assert "sync_binlog = 1\n" in settings(mariadb())


def test_rabbitmq_has_one_name_wherever_it_runs():
    text = settings(rabbitmq(port=5673), "queue")
    for line in (
        "NODENAME=rabbit@localhost",
        "NODE_IP_ADDRESS=10.0.0.6",
        "NODE_PORT=5673",
        "MNESIA_BASE=/srv/queue/rabbitmq",
        "ERL_EPMD_ADDRESS=127.0.0.1",
        'SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"',
    ):
        assert f"\n{line}\n" in text


def test_no_cookie_is_written_anywhere():
    files = rabbitmq_files()
    assert [file.path for file in files if "cookie" in file.path] == []
    assert "cookie=" not in "".join(file.content.lower() for file in files)


def test_systemd_does_not_listen_on_every_address_for_erlang():
    [drop_in] = [f for f in rabbitmq_files() if "epmd" in f.path]
    assert drop_in.content.splitlines()[-2:] == ["ListenStream=", "ListenStream=127.0.0.1:4369"]
    assert drop_in.make_parents
    assert drop_in.then[0] == ("systemctl", "daemon-reload")
    assert "is-active --quiet rabbitmq-server.service ||" in drop_in.then[1][-1]


def test_rabbitmq_and_mariadb_stand_side_by_side():
    one, other = mariadb().store("db"), rabbitmq().store("queue")
    assert {one.minor, other.minor} == {0, 1}
    assert one.port != other.port
    assert one.mount.directory != other.mount.directory


def test_rabbitmqs_seed_is_its_base_and_nothing_fills_it():
    seed = rabbitmq().seed("queue", PLATFORM)
    assert (seed.directory, seed.owner, seed.fill) == ("/srv/queue/rabbitmq", "rabbitmq", ())


def test_rabbitmq_has_time_to_start():
    server = members(rabbitmq(), "queue")["queue-server"]
    assert str(server.agent) == "systemd:rabbitmq-server"
    timeouts = {operation.name: operation.timeout_s for operation in server.operations}
    assert timeouts["start"] >= 120
    assert timeouts["stop"] > 90  # TimeoutStopSec: systemd kills then


@pytest.mark.parametrize("make", [mariadb, rabbitmq])
def test_the_servers_unit_is_kept_off_at_boot_and_drbds_too(make):
    assert "drbd.service" in make().units(PLATFORM)
    assert "drbd.service" not in make(data=LVM).units(PLATFORM)
    assert len(make(data=LVM).units(PLATFORM)) == 1
