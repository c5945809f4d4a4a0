"""in_clear: passwords that stand in the live CIB as they are, and are what the cluster file refers to. Pure.

A cluster that others built often has them so. They mean what the file says, and moving them into files that only root
reads (cib_secrets.py) restarts the devices that use them; so they stay, and a finding says how to move them.
"""

from collections.abc import Callable, Collection, Iterator

from lxml.etree import _Element as Element

from quorate.catalog.platform import Platform
from quorate.describe.cluster import Cluster
from quorate.describe.secret import Secret
from quorate.findings import Finding, Severity
from quorate.render.cib import secrets

Parameter = tuple[str, str]
"""The id of a resource and the name of its parameter."""


def found(live: Element, cluster: Cluster, platform: Platform, value: Callable[[Secret], str]) -> frozenset[Parameter]:
    """Return the parameters whose value in the live CIB is the secret's. value: what a reference means."""
    referred = secrets(cluster, platform)
    return frozenset(
        parameter
        for parameter, secret in referred.items()
        if (pair := _pair(live, parameter)) is not None and pair.get("value") == value(secret)
    )


def kept(wanted: Element, live: Element, parameters: Collection[Parameter]) -> Element:
    """Return a wanted <configuration> in which these parameters have the values that they have in the live CIB."""
    for parameter in parameters:
        pair, there = _pair(wanted, parameter), _pair(live, parameter)
        if pair is not None and there is not None:
            pair.set("value", there.get("value", ""))
    return wanted


def findings(parameters: Collection[Parameter]) -> Iterator[Finding]:
    """Yield a remark for each."""
    for resource, name in sorted(parameters):
        yield Finding(
            "secret-in-cib",
            Severity.INFO,
            f"{name} of {resource} stands in the CIB in clear text, and is left there",
            "whoever may read the CIB can use it",
            f"`cibsecret stash {resource} {name}` on a node moves it to files that only root reads",
        )


def _pair(root: Element, parameter: Parameter) -> Element | None:
    resource, name = parameter
    for primitive in root.iter("primitive"):
        if primitive.get("id") == resource:
            pairs = primitive.iterfind("instance_attributes/nvpair")
            return next((pair for pair in pairs if pair.get("name") == name), None)
    return None
