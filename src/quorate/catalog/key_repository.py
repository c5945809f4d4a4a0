"""KeyRepository: a folder of Fernet keys that must be the same on every node, and how its keys are replaced. Pure.

The keys are files called by numbers. 0 is staged: no token is made with it, but any made elsewhere can be read. The
highest is primary: tokens are made with it. The others are secondary: they read what was made with them before. In a
rotation the staged key becomes primary, under the next number, and a new one is staged (Keystone's administrator guide,
"Fernet - Frequently Asked Questions"). As the staged key lies on every node before, a node that has rotated and one
that has not read each other's tokens: a rotation may stop between any two nodes, and any two files, and harms nobody.

Here keys are told apart by their digests alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Keys = Mapping[int, str]
"""Number -> digest of the key."""


@dataclass(frozen=True, slots=True)
class KeyRepository:
    """One folder. words: what its keys are for: "token keys". owner: user and group, who alone may read it.

    kept_s: how long a key is kept after it was primary: what was made with it is valid no longer. None: these keys are
    never replaced.
    """

    path: str
    words: str
    owner: str
    kept_s: float | None = None

    def source(self, by_node: Mapping[str, Keys]) -> str:
        """Return the first node that has the right keys, "" where there is none, or where that is not clear.

        Where some have nothing to do with each other, those that most nodes have, if what is made with them lives for
        some hours only: the others refuse already what the odd node makes. What lives on would be lost for good.
        """
        return furthest(by_node) or ("" if self.kept_s is None else shared_by_most(by_node))


def is_whole(keys: Keys) -> bool:
    """Tell whether there is a staged key and a primary one, and these are two."""
    return 0 in keys and max(keys) > 0 and keys[0] != keys[max(keys)]


def leads_to(before: Keys, after: Keys) -> bool:
    """Tell whether `after` may have become of `before` by rotations, or by the end of one that was interrupted.

    The primary key of before is known afterwards, and the staged one has become the next primary. An interrupted
    rotation has the staged key under the next number as well. Where only an old key is missing, its removal is undone.
    """
    if not before or before == after:
        return True
    last, now = max(before), max(after, default=0)
    old = {number: key for number, key in before.items() if number}
    kept = {number: key for number, key in after.items() if number}
    if last not in old or now < last:
        return False
    if any(kept.get(number, key) != key for number, key in old.items()):
        return False
    half = before.get(0) == before[last]
    if now == last and not half:
        return old.keys() <= kept.keys() and before.get(0) == after.get(0)
    if any(number not in kept and number > min(kept) for number in old):
        return False
    return half or kept.get(last + 1) == before.get(0)


def furthest(by_node: Mapping[str, Keys]) -> str:
    """Return the first node whose keys all others' lead to; "" where there is none: which are right is not clear."""
    having = {node: keys for node, keys in by_node.items() if keys}
    found = (node for node, keys in having.items() if all(leads_to(other, keys) for other in having.values()))
    return next(found, "")


def shared_by_most(by_node: Mapping[str, Keys]) -> str:
    """Return the first of the nodes that have the same whole keys, where these are more than half of all; "" if not."""
    alike = {node: sum(1 for other in by_node.values() if other == keys) for node, keys in by_node.items()}
    return next((node for node, keys in by_node.items() if 2 * alike[node] > len(by_node) and is_whole(keys)), "")


def outlived(keys: Keys, ages_s: Mapping[int, float], kept_s: float) -> Sequence[int]:
    """Return the secondary keys that may go. ages_s: by number, how long ago a key came to its number.

    A key was primary until the next number came.
    """
    numbers = sorted(number for number in keys if number)
    return [number for number, successor in pairwise(numbers) if ages_s.get(successor, 0.0) > kept_s]
