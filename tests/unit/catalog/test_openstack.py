"""What OpenStack's services share, and the program that registers them, against an identity service made of a dict."""

import io
import json
import urllib.error
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

import pytest
from tests.unit.catalog.sites import NODE, site

from quorate.catalog import openstack
from quorate.catalog.made import named_in
from quorate.catalog.services.address import Address
from quorate.catalog.services.memcached import Memcached
from quorate.catalog.services.systemd import Systemd


@pytest.fixture
def register():
    path = openstack.resources.files("quorate.catalog").joinpath("programs/register")
    loader = SourceFileLoader("register", str(path))
    module = module_from_spec(spec_from_loader("register", loader))
    loader.exec_module(module)
    return module


WANT = {
    "identity": "http://10.0.0.1:5000/v3",
    "region": "RegionOne",
    "admin": "root",
    "user": "glance",
    "password": "secret",
    "type": "image",
    "url": "http://10.0.0.1:9292",
}


class Server:
    """An identity service: collections of entries by id, users' passwords, roles given."""

    def __init__(self):
        self.entries = {
            "users": {"u0": {"name": "admin", "domain_id": "default", "password": "root"}},
            "projects": {},
            "roles": {"r0": {"name": "admin"}},
            "services": {},
            "endpoints": {},
        }
        self.given = set()
        self.broken = False

    def call(self, method, path, body=None):
        if self.broken:
            raise urllib.error.HTTPError(path, 503, "no", {}, io.BytesIO())
        if path == "/auth/tokens":
            return self.token(body["auth"])
        plural, _, rest = path[1:].partition("?" if "?" in path else "/")
        if method == "PUT":
            self.given.add(path)
            return {}, {}
        if method == "GET":
            by = dict(pair.split("=") for pair in rest.split("&"))
            hits = [{"id": i, **e} for i, e in self.entries[plural].items() if by.items() <= e.items()]
            return {}, {plural: [{k: v for k, v in hit.items() if k != "password"} for hit in hits]}
        [(singular, data)] = body.items()
        id_ = rest or f"{singular}{len(self.entries[plural])}"
        self.entries[plural].setdefault(id_, {}).update(data)
        return {}, {singular: {"id": id_, **data}}

    def token(self, auth):
        who = auth["identity"]["password"]["user"]
        user = next((u for u in self.entries["users"].values() if u["name"] == who["name"]), None)
        if user is None or user["password"] != who["password"]:
            raise urllib.error.HTTPError("/auth/tokens", 401, "no", {}, io.BytesIO())
        catalog = [
            {
                "type": service["type"],
                "endpoints": [
                    {**e, "region": e["region_id"]}
                    for e in self.entries["endpoints"].values()
                    if e["service_id"] == id_
                ],
            }
            for id_, service in self.entries["services"].items()
        ]
        return {"X-Subject-Token": "t"}, {"token": {"catalog": catalog}}


@pytest.fixture
def server(register, monkeypatch):
    server = Server()
    monkeypatch.setattr(register.Identity, "call", server.call)
    return server


def test_it_is_asked_for_made_and_then_there(register, server):
    assert register.ask(WANT) == 1
    assert register.do(WANT) == 0
    assert register.ask(WANT) == 0
    assert server.given == {"/projects/project0/users/user1/roles/r0"}
    assert {e["interface"] for e in server.entries["endpoints"].values()} == {"public", "internal", "admin"}


def test_it_is_made_once_however_often(register, server):
    register.do(WANT)
    before = json.dumps(server.entries)
    register.do(WANT)
    assert json.dumps(server.entries) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: entries["users"]["user1"].update(password="by hand"),
        lambda entries: entries["endpoints"].popitem(),
        lambda entries: entries["endpoints"]["endpoint1"].update(url="http://elsewhere"),
        lambda entries: entries["endpoints"]["endpoint1"].update(region_id="other"),
    ],
)
def test_what_was_changed_by_hand_is_found_and_put_right(register, server, change):
    register.do(WANT)
    change(server.entries)
    assert register.ask(WANT) == 1
    register.do(WANT)
    assert register.ask(WANT) == 0


def test_an_identity_service_that_is_not_well_says_nothing(register, server):
    server.broken = True
    assert register.ask(WANT) == 2


def test_nobody_listening_says_nothing(register, monkeypatch):
    def refuse(*args, **kw):
        raise ConnectionRefusedError

    monkeypatch.setattr(register.urllib.request, "urlopen", refuse)
    assert register.ask(WANT) == 2


def test_passwords_go_through_the_input_alone():
    images = site("images", Images(), identity=Identity(unit="keystone"), entrance=Address(address="10.20.0.100/24"))
    task = openstack.registered(images, images.of("identity"), "glance", "image")
    assert named_in(task.input) == named_in(task.ask_input) == {"identity.admin", "images.user"}
    assert not named_in(" ".join((*task.asks, *task.does)))
    assert json.loads(task.input).keys() == WANT.keys()


class Identity(Systemd):
    """Stands for the identity service."""

    def reached(self, site):
        return ("10.20.0.100:5000",)


class Images(Systemd):
    """Stands for a service of OpenStack."""

    unit: str = "glance"

    def reached(self, site):
        return ("10.20.0.100:9292",)


@pytest.mark.parametrize(
    ("listens", "written"),
    [
        (("10.20.0.11:11211", "10.20.0.12:11211"), "10.20.0.11:11211"),
        (("10.20.0.12:11211", "10.20.0.13:11211"), "10.20.0.12:11211,10.20.0.13:11211"),
        (("[fd00::11]:11211", "[fd00::12]:11211"), "inet6:[fd00::11]:11211,inet6:[fd00::12]:11211"),
        ((), ""),
    ],
)
def test_a_nodes_own_cache_is_used_or_all_as_their_client_reads_them(monkeypatch, listens, written):
    monkeypatch.setattr(Memcached, "reached", lambda _self, _site: listens)
    where = site("identity", Systemd(unit="x.service"), cache=Memcached())
    assert openstack.cache_servers(where, NODE) == written
