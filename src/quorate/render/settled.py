"""Where what quorate wants and what is live say the same, the live words stay. Elements in and out. Pure.

crmsh, pcs and quorate give other ids to what nobody refers to, write 60 or 60s, and set pairs in other orders. None of
that is a change, and a plan for a cluster that they built has to be empty.
"""

import copy
from collections.abc import Iterator

from lxml.etree import _Element as Element

from quorate.dialect.cib.read import objects
from quorate.dialect.crm.vocabulary import boolean
from quorate.duration import seconds

_PLAIN_SETS = ("cluster_property_set", "meta_attributes")
_SETS_IN = ("crm_config", "rsc_defaults", "op_defaults")


def settle(new: Element, live: Element) -> None:
    """Put the live element in the place of every one in `new` that says the same. Both: a <configuration>."""
    referenced = {item.get("id-ref", "") for root in (new, live) for item in root.iterfind(".//*[@id-ref]")}
    for section in new:
        standing = live.find(str(section.tag))
        before = {} if standing is None else {_key(item): item for item in standing}
        for item in list(section):
            known = before.get(_key(item))
            if known is None:
                continue
            if section.tag in _SETS_IN and _is_plain(item) and _is_plain(known):
                _settle_pairs(item, known)
            elif _says(item, referenced) == _says(known, referenced):
                section.replace(item, copy.deepcopy(known))


def _key(item: Element) -> tuple[str, ...]:
    """Return what two elements must share to be the same thing: the id; of a fencing level, whose and which it is."""
    if item.tag == "fencing-level":
        names = ("index", "target", "target-pattern", "target-attribute", "target-value")
        return tuple(item.get(name, "") for name in names)
    return (str(item.tag), item.get("id", item.get("uname", "")))


def _says(item: Element, referenced: set[str]) -> object:
    if item.tag == "fencing-level":
        return item.get("devices")
    return tuple(objects(item, referenced))


def _is_plain(item: Element) -> bool:
    return item.tag in _PLAIN_SETS and item.find("rule") is None and all(pair.get("name") for pair in item)


def _settle_pairs(item: Element, known: Element) -> None:
    """Keep live pairs with their ids and their order, and of values that mean the same the live one."""
    wanted = {pair.get("name", ""): pair for pair in item}
    for name, pair in _pairs(known):
        if name in wanted:
            ours = wanted.pop(name)
            if _means_same(ours.get("value", ""), pair.get("value", "")):
                item.replace(ours, copy.deepcopy(pair))
            else:
                ours.set("id", pair.get("id", ""))
    places = {name: number for number, (name, _) in enumerate(_pairs(known))}
    item[:] = sorted(item, key=lambda pair: places.get(pair.get("name", ""), len(places)))


def _pairs(item: Element) -> Iterator[tuple[str, Element]]:
    return ((pair.get("name", ""), pair) for pair in item.iterfind("nvpair"))


def _means_same(one: str, other: str) -> bool:
    """True for one value in two spellings: 60 and 60s, true and yes."""
    if one == other:
        return True
    times = seconds(one), seconds(other)
    if times[0] is not None and times[1] is not None:
        return times[0] == times[1]
    return boolean(one) is not None and boolean(one) == boolean(other)
