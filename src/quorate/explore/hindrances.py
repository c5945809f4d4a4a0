"""Hindrances: why nobody could take over from a node if that were lost now. Pure.

That depends on nodes, votes, links and fencing devices alone: not on what runs where, nor on which operations would
fail. So what was found of one situation holds for all that differ from it in such operations only, and is kept.
"""

from collections import OrderedDict
from dataclasses import replace

from quorate.explore.failure import Failure
from quorate.explore.running import Hindrance
from quorate.explore.scheduler.transition import Placement
from quorate.explore.situation import Blow, Situation
from quorate.explore.strike import strike
from quorate.explore.subject import Subject

KEPT_MAX = 256
"""Situations of which it is known: more than seconds that come after one first, and change anything else."""

NOWHERE = Placement()


class Hindrances:
    """What hinders a takeover, by situation."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._known: OrderedDict[Situation, Hindrance] = OrderedDict()

    def after(self, situation: Situation) -> Hindrance:
        """Return why nobody could take over from a node if it were lost now, as a function of that node."""
        key = replace(situation, failing=())
        found = self._known.pop(key, None) or _hindrance(self._subject, key)
        self._known[key] = found
        if len(self._known) > KEPT_MAX:
            self._known.popitem(last=False)
        return found


def _hindrance(subject: Subject, situation: Situation) -> Hindrance:
    known: dict[str, str] = {}

    def why(node: str) -> str:
        if situation.split:
            return "the nodes lie on several sides"
        if node not in known:
            lost = Failure(id=f"node-lost:{node}", words=f"{node} is lost", lost=frozenset((node,)))
            known[node] = _hinders(subject, strike(subject, situation, lost, NOWHERE), node)
        return known[node]

    return why


def _hinders(subject: Subject, blow: Blow, node: str) -> str:
    sides = [side for side in blow.sides if node not in side.members]
    if not sides:
        return "no node would be left"
    if subject.no_quorum_policy != "ignore" and not any(side.quorate for side in sides):
        return "no quorum would be left"
    if all(node in side.step.unfenceable for side in sides if side.quorate or subject.no_quorum_policy == "ignore"):
        return f"{node} could not be fenced"
    return ""
