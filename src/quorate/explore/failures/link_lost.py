"""link-lost: a link is gone for all nodes at once, as with its only switch."""

from collections.abc import Iterator

from quorate.explore.failure import Failure
from quorate.explore.subject import Subject

TITLE = "A link is lost everywhere"
NOT_COVERED = ("a link that lies on bonds, lost everywhere: both its switches at once",)


def find(subject: Subject) -> Iterator[Failure]:
    """Yield it for each link number, if there is anybody to talk to."""
    numbers = sorted({link for links in subject.links.values() for link in links})
    for link in (one for one in numbers if one not in subject.bonded) if len(subject.nodes) > 1 else ():
        cut = frozenset((node, link) for node, links in subject.links.items() if link in links)
        yield Failure(
            id=f"link-lost:{link}",
            words=f"link {link} is lost everywhere",
            links=cut,
            notice="membership",
        )
