"""The image service: where its images lie, whom it asks, and what is made once for it."""

from typing import ClassVar

import pytest
from tests.unit.catalog.sites import ADDRESS, NODE, Proxy, site

from quorate.catalog.made import named_in
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.service import Probe, Service
from quorate.catalog.services.address import Address
from quorate.catalog.services.glance import Glance
from quorate.catalog.services.mariadb import Mariadb
from quorate.catalog.services.rabbitmq import Rabbitmq
from quorate.describe.resources import Clone, Colocation, Group

SHARED = {"filesystem": {"device": "/srv/shared/images"}}


class Identity(Service):
    """Stands for the identity service."""

    kind: ClassVar[str] = "identity"
    offers: ClassVar[str] = "identity"

    def reached(self, site):
        return ("10.20.0.100:5000",)


class Cache(Service):
    """Stands for caches."""

    kind: ClassVar[str] = "cache"
    offers: ClassVar[str] = "cache"

    def reached(self, site):
        return ("10.20.0.11:11211", "10.20.0.12:11211")


DATABASE = Mariadb(address="10.20.0.101/24", data={"filesystem": {"device": "/srv/db"}})
QUEUE = Rabbitmq(address="10.20.0.102/24", data={"filesystem": {"device": "/srv/queue"}})


PROXY = Proxy()


def images(entrance=PROXY, *, data=SHARED, beside=None, **options):
    others = {"entrance": entrance, "database": DATABASE, "identity": Identity(), **(beside or {})}
    return site("images", Glance(data=data, **options), **others)


PASSIVE = Address(address=ADDRESS)


def settings(where):
    [file] = [f for f in where.service.files(where, NODE) if f.path == "/etc/glance/glance-api.conf.d/quorate.conf"]
    return file.content


def unit(where):
    [file] = [f for f in where.service.files(where, NODE) if f.path.endswith("glance-api.service")]
    return file.content


def test_on_every_node_the_shared_directory_is_mounted_below_the_server():
    made = images().service.resources(images())
    mounted, server, instance, clone = made.resources
    assert mounted.parameters["device"] == "/srv/shared/images"
    assert instance == Group("images-instance", (mounted.id, server.id))
    assert isinstance(clone, Clone)
    assert (clone.id, clone.member) == ("images", "images-instance")
    assert made.constraints == ()


def test_on_one_node_the_same_is_a_group_bound_to_the_address():
    where = images(PASSIVE)
    made = where.service.resources(where)
    mounted, server, group = made.resources
    assert group == Group("images", (mounted.id, server.id))
    assert Colocation("images-with-entrance", "images", "entrance") in made.constraints


def test_on_one_node_images_may_lie_on_a_replicated_disk():
    where = images(PASSIVE, data={"drbd": {"disk": "/dev/sda5"}})
    made = where.service.resources(where)
    assert [r.id for r in made.resources][-1] == "images"
    assert Colocation("images-with-promoted", "images", "images-replicas", with_role="Promoted") in made.constraints
    drawn = Colocation("images-data-draw-entrance", "entrance", "images-replicas", "5000", with_role="Promoted")
    assert drawn in made.constraints
    assert where.service.store("images").minor == 2
    assert "drbd.service" in where.service.units(PLATFORM)


def test_its_directory_is_made_once_on_the_store():
    seed = Glance(data=SHARED).seed("images", PLATFORM)
    assert (seed.directory, seed.owner, seed.group, seed.mode) == ("/srv/images/glance", "glance", "glance", 0o750)
    assert "filesystem_store_datadir = /srv/images/glance\n" in settings(images())


@pytest.mark.parametrize(
    ("device", "together"), [("nas:/images", True), ("/srv/shared/images", True), ("/dev/sdb", False)]
)
def test_what_is_no_disk_may_be_mounted_on_several_nodes(device, together):
    assert Glance(data={"filesystem": {"device": device}}).store("images").together is together


def test_a_server_without_its_directory_does_not_start():
    assert 'ExecStartPre=/usr/bin/test -w "/srv/images/glance"\n' in unit(images())
    local = unit(images(data={"local": "/srv/own"}))
    assert local.index("install -d -o glance") < local.index('test -w "/srv/own"\n')


def test_a_directory_is_one_argument_whatever_its_name():
    where = images(data={"local": r'/srv/50% "of" $HOME\ours'})
    quoted = r'"/srv/50%% \"of\" $$HOME\\ours"'
    assert f"install -d -o glance -g glance -m 0750 {quoted}\n" in unit(where)
    assert f"test -w {quoted}\n" in unit(where)
    assert r'filesystem_store_datadir = /srv/50% "of" $$HOME\ours' in settings(where)


def test_local_images_are_nothing_that_pacemaker_mounts():
    where = images(data={"local": "/srv/own"})
    assert where.service.store("images") is None
    assert [r.id for r in where.service.resources(where).resources] == ["images-server", "images"]
    assert where.service.packages() == ("glance",)


def test_our_settings_are_read_after_the_packages_own():
    """The package's start script puts $DAEMON_ARGS behind --config-file, and what comes later wins."""
    assert "Environment=DAEMON_ARGS=--config-dir=/etc/glance/glance-api.conf.d\n" in unit(images())


def test_it_asks_the_identity_service_and_caches_what_it_says_encrypted():
    text = settings(images(beside={"cache": Cache()}))
    assert "auth_url = http://10.20.0.100:5000\n" in text
    assert "memcached_servers = 10.20.0.11:11211\n" in text
    assert "memcache_security_strategy = ENCRYPT\n" in text
    assert "memcached_servers" not in settings(images())


def test_it_knows_every_broker_and_tells_it_only_when_it_shall():
    assert "transport_url" not in settings(images())
    quiet, loud = (images(beside={"queue": QUEUE}, notifications=said) for said in (False, True))
    for where in (quiet, loud):
        assert "transport_url = rabbit://glance:@quorate-secret:images.broker@@10.20.0.102:5672//\n" in settings(where)
    assert "driver = noop\n" in settings(quiet)
    assert "driver = messagingv2\n" in settings(loud)
    assert "queue" not in quiet.service.uses(quiet)
    assert "queue" in loud.service.uses(loud)


def test_clients_that_it_knows_are_served_while_nobody_issues_tokens():
    where = images()
    assert where.service.remembers(where) == ("identity",)
    assert {"identity", "database"} < set(where.service.uses(where))


@pytest.mark.parametrize("beside", [{}, {"queue": QUEUE}])
def test_every_secret_that_it_names_is_made(beside):
    where = images(beside=beside)
    made = {one.name for one in where.service.secrets(where)}
    named = {name for f in where.service.files(where, NODE) for name in named_in(f.content)}
    named |= {name for one in where.service.settings_up(where) for name in named_in(one.input + one.ask_input)}
    assert named - {"identity.admin"} <= made


def test_what_it_needs_is_made_in_order():
    where = images(beside={"queue": QUEUE})
    assert [one.on for one in where.service.settings_up(where)] == ["database", "queue", "images", "images"]
    tables = where.service.settings_up(where)[2]
    assert tables.does[-2:] == ("db", "sync")
    assert "--config-dir=/etc/glance/glance-api.conf.d" in tables.does


def test_clients_list_images_and_read_one_back():
    assert images().service.probe(images()) == Probe("image", "http://10.20.0.100:9292")


def test_a_long_transfer_may_pause_longer_than_other_requests():
    [proxied] = images().service.proxied(images())
    assert proxied.idle_s == 600
