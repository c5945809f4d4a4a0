import pytest
from pydantic import ValidationError
from tests.unit.catalog.sites import NODE, site

from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.describe.resources import Group

WEB, ADDRESS, SYSTEMD = (kinds()[kind] for kind in ("web", "address", "systemd"))


def made(service, name="site"):
    return service.resources(site(name, service))


def asked(service):
    return service.probe(site("site", service))


def by_id(service):
    return {resource.id: resource for resource in made(service).resources}


def test_the_address_comes_up_before_apache_and_both_form_a_group():
    found = by_id(WEB(address="10.0.0.5/24"))
    assert found["site"] == Group("site", ("site-address", "site-apache"))
    assert found["site-address"].parameters["ip"] == "10.0.0.5"
    assert found["site-address"].parameters["cidr_netmask"] == "24"


def test_apache_is_asked_for_its_status_page_on_this_host_only():
    service = WEB(address="10.0.0.5/24", port=8080)
    url = by_id(service)["site-apache"].parameters["statusurl"]
    assert url == "http://127.0.0.1:8080/quorate-status"
    conf = service.files(site("site", service), NODE)[0]
    assert "/quorate-status" in conf.content
    assert "Require local" in conf.content
    assert conf.path.startswith(PLATFORM.paths["apache.conf.d"])


@pytest.mark.parametrize(("drain", "written"), [("5s", 5), ("0s", 1), ("100ms", 1), ("2500ms", 3)])
def test_a_planned_stop_never_waits_for_ever(drain, written):
    service = WEB(address="10.0.0.5/24", drain=drain)
    conf = service.files(site("site", service), NODE)[0]
    assert f"GracefulShutdownTimeout {written}\n" in conf.content


def test_the_page_names_the_node_and_the_probe_expects_it():
    service = WEB(address="10.0.0.5/24")
    page = service.files(site("site", service), NODE)[-1]
    assert "n1" in page.content
    probe = asked(service)
    assert probe.target == "http://10.0.0.5:80/quorate.html"
    assert page.path.endswith("/quorate.html")
    assert probe.expect in page.content


@pytest.mark.parametrize(
    ("options", "target", "expect"),
    [
        ({"page": False}, "http://10.0.0.5:80/", ""),
        ({"path": "/shop"}, "http://10.0.0.5:80/shop", ""),
        ({"path": "/shop", "expect": "basket"}, "http://10.0.0.5:80/shop", "basket"),
        ({"address": "fd00::5/64", "port": 81}, "http://[fd00::5]:81/quorate.html", "served by"),
    ],
)
def test_the_probe_asks_what_the_operator_says(options, target, expect):
    service = WEB(**({"address": "10.0.0.5/24"} | options))
    probe = asked(service)
    assert (probe.target, probe.expect) == (target, expect)


def test_apaches_own_unit_is_kept_off_at_boot():
    assert WEB(address="10.0.0.5/24").units(PLATFORM) == ("apache2.service",)
    assert SYSTEMD(unit="nginx").units(PLATFORM) == ("nginx.service",)
    assert SYSTEMD(unit="queue@main.service").units(PLATFORM) == ("queue@main.service",)


def test_ipv4_announces_again_and_ipv6_does_not_wait():
    four = by_id(ADDRESS(address="10.0.0.5/24"))["site"].parameters
    six = by_id(ADDRESS(address="fd00::5/64", nic="bond0"))["site"].parameters
    assert dict(four) == {"ip": "10.0.0.5", "cidr_netmask": "24", "arp_count_refresh": "1"}
    assert dict(six) == {"ip": "fd00::5", "cidr_netmask": "64", "nic": "bond0", "nodad": "true", "arp_bg": "true"}


def test_a_unit_alone_carries_the_services_name():
    found = by_id(SYSTEMD(unit="nginx.service", monitor="20s", meta={"priority": "5"}))
    assert list(found) == ["site"]
    assert str(found["site"].agent) == "systemd:nginx"
    assert dict(found["site"].meta) == {"priority": "5"}
    assert {op.name: op.interval_s for op in found["site"].operations}["monitor"] == 20


def test_a_unit_with_an_address_is_a_group():
    service = SYSTEMD(unit="nginx", address="10.0.0.5/24", meta={"priority": "5"})
    found = by_id(service)
    assert found["site"] == Group("site", ("site-address", "site-unit"), {"priority": "5"})
    assert asked(service).kind == "icmp"
    assert asked(SYSTEMD(unit="nginx", address="10.0.0.5/24", port=443)).target == "10.0.0.5:443"
    assert asked(SYSTEMD(unit="nginx")) is None


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (WEB, {}),
        (WEB, {"address": "10.0.0.5"}),
        (WEB, {"address": "10.0.0.5/24", "monitor": 5}),
        (WEB, {"address": "10.0.0.5/24", "path": "shop"}),
        (SYSTEMD, {"unit": "nginx; reboot"}),
        (SYSTEMD, {"unit": ""}),
        (ADDRESS, {"address": "10.0.0.5/24", "port": 80}),
    ],
)
def test_options_that_make_no_sense_are_refused(kind, options):
    with pytest.raises(ValidationError):
        kind.model_validate(options)
