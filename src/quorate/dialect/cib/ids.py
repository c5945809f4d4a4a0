"""Ids for elements that have none, as crmsh gives them, so that its CIB and ours are the same. Pure."""

from lxml.etree import _Element as Element

_NONE = frozenset(("operations", "fencing-topology", "network", "docker", "rkt", "podman", "storage", "select",
                   "select_attributes", "select_fencing", "select_nodes", "select_resources", "resource_ref",
                   "obj_ref", "member"))  # fmt: skip
_SUFFIX = {
    "instance_attributes": "instance_attributes",
    "meta_attributes": "meta_attributes",
    "utilization": "utilization",
    "rule": "rule",
    "expression": "expression",
    "date_expression": "expression",
    "duration": "duration",
    "date_spec": "date_spec",
    "read": "read",
    "write": "write",
    "deny": "deny",
}
_ROOT = {"fencing-topology": "fencing"}


class Ids:
    """The ids of one CIB."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def give(self, element: Element) -> None:
        """Give an id to an element of a statement and all elements in it that need one and lack it."""
        self._give(element, _ROOT.get(str(element.tag), ""))

    def _give(self, element: Element, prefix: str) -> None:
        if "id" in element.attrib:
            if element.tag not in {"resource_ref", "obj_ref", "member", "role", "role_ref"}:
                self.used.add(element.get("id", ""))
        elif "id-ref" not in element.attrib and element.tag not in _NONE:
            element.set("id", element.get("uname") or self._free(_named(element, prefix)))
        for child in element:
            if isinstance(child.tag, str):
                self._give(child, element.get("uname") or element.get("id") or prefix)

    def _free(self, name: str) -> str:
        free, number = name, 0
        while free in self.used:
            free, number = f"{name}-{number}", number + 1
        self.used.add(free)
        return free


def _named(element: Element, prefix: str) -> str:
    if prefix.isdigit() and element.tag != "node":
        prefix = f"num-{prefix}"
    if element.tag == "nvpair":
        return f"{prefix}-{element.get('name')}"
    if element.tag == "op":
        return "-".join(part for part in (prefix, element.get("name"), element.get("interval")) if part)
    suffix = _SUFFIX.get(str(element.tag))
    return f"{prefix}-{suffix}" if suffix else prefix
