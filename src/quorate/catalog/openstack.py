"""OpenStack: what its services share: how they know the identity service, the broker and the cache. Data only, pure."""

import json
from collections.abc import Sequence
from functools import cache
from importlib import resources

from quorate.catalog.floating import host_in_url
from quorate.catalog.made import MadeSecret, made
from quorate.catalog.service import HostFile
from quorate.catalog.setting_up import SettingUp
from quorate.catalog.site import Site
from quorate.describe.cluster import Node

REGION = "RegionOne"
REGISTER = "/usr/lib/quorate/register"


def admin_secret(identity: Site) -> MadeSecret:
    """Return the password of the identity service's first user, `admin`."""
    return MadeSecret(f"{identity.name}.admin")


def user_secret(site: Site) -> MadeSecret:
    """Return the password of a service's own user in the identity service."""
    return MadeSecret(f"{site.name}.user")


def cache_secret(site: Site) -> MadeSecret:
    """Return the key by which a service's servers know, and only they, what they have put into the cache."""
    return MadeSecret(f"{site.name}.cache")


def identity_url(identity: Site) -> str:
    """Return where the identity service is asked, without a version."""
    return f"http://{identity.service.reached(identity)[0]}"


def region(identity: Site) -> str:
    """Return the region in which the services are listed."""
    return str(getattr(identity.service, "region", REGION))


def cache_servers(site: Site, node: Node) -> str:
    """Return the cache of the node itself as OpenStack lists it, those of all nodes where it has none; "" without any.

    Its own, for it goes with the node: the cache of another node that falls silent holds up each question that would
    go there.

    python-memcached takes a bracket for IPv6 only where the family stands before it, and a service does not start with
    one that it cannot read (oslo.cache, option memcache_servers).
    """
    found = [where for one in site.beside("cache") for where in one.service.reached(one)]
    own = [where for where in found if where.startswith(f"{host_in_url(node.links[0])}:")]
    return ",".join(f"inet6:{where}" if where.startswith("[") else where for where in own or found)


def authtoken(site: Site, node: Node, identity: Site, user: str) -> dict[str, str]:
    """Return the section `keystone_authtoken`, by which a service asks whether a client's token is valid.

    What memcached holds anybody can read and write who reaches it, so it gets nothing but what is encrypted. One that
    is gone is passed over for 2 s at a time, after 1 s.
    """
    settings = {
        "www_authenticate_uri": identity_url(identity),
        "auth_url": identity_url(identity),
        "auth_type": "password",
        "username": user,
        "password": made(user_secret(site).name),
        "user_domain_name": "Default",
        "project_name": "service",
        "project_domain_name": "Default",
        "region_name": region(identity),
        "service_token_roles_required": "true",
        "http_connect_timeout": "5",
    }
    if servers := cache_servers(site, node):
        settings["memcached_servers"] = servers
        settings["memcache_security_strategy"] = "ENCRYPT"
        settings["memcache_secret_key"] = made(cache_secret(site).name)
        settings["memcache_pool_socket_timeout"] = "1"
        settings["memcache_pool_dead_retry"] = "2"
    return settings


def messaging() -> dict[str, str]:
    """Return the section `oslo_messaging_rabbit`: queues that survive a broker, and connections that find another."""
    return {
        "rabbit_quorum_queue": "true",  # durable, and kept by most of the brokers
        "amqp_durable_queues": "true",
        "heartbeat_timeout_threshold": "60",
        "heartbeat_rate": "2",
        "kombu_reconnect_delay": "0.5",
        "rabbit_retry_interval": "1",
        "rabbit_retry_backoff": "1",
        "rabbit_interval_max": "5",
    }


def registered(site: Site, identity: Site, user: str, kind: str) -> SettingUp:
    """Return how a service gets its user, and its entry in the catalog with three endpoints.

    user: of the service, and the entry's name. kind: the entry's, as OpenStack's service types authority has it.
    """
    about = {
        "identity": f"{identity_url(identity)}/v3",
        "region": region(identity),
        "admin": made(admin_secret(identity).name),
        "user": user,
        "password": made(user_secret(site).name),
        "type": kind,
        "url": f"http://{site.service.reached(site)[0]}",
    }
    said = json.dumps(about)
    return SettingUp(
        words=f"give it the user {user} and its endpoints in {identity.name}",
        asks=(REGISTER, "ask"),
        does=(REGISTER, "do"),
        on=site.name,
        ask_input=said,
        input=said,
        things=(("identity user", user), ("endpoint set", kind)),
    )


def register_files() -> Sequence[HostFile]:
    """Return the program that `registered` calls, for the nodes of the service."""
    return (HostFile(REGISTER, register(), mode=0o755, make_parents=True),)


@cache
def register() -> str:
    """Return the program."""
    return resources.files("quorate.catalog").joinpath("programs/register").read_text("utf-8")
