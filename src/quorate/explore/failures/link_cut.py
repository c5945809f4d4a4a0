"""link-cut: one node's end of a link is cut: its card, its cable, its port. Without a last link it is apart."""

from collections.abc import Iterator

from quorate.explore.failure import Failure, rated
from quorate.explore.subject import Subject

TITLE = "A node's link is cut"
NOT_COVERED = (
    "a link that carries one direction only, or loses some of what it carries",
    "both network cards of a bond at once",
    "what else uses a link's network: replication, storage, clients of what is no service of the file",
)


def find(subject: Subject) -> Iterator[Failure]:
    """Yield it for each link of each node, if there is anybody to talk to."""
    for node in subject.nodes if len(subject.nodes) > 1 else ():
        links = subject.links.get(node, ())
        for link in (number for number in links if number not in subject.bonded):
            alone = "" if len(links) > 1 else ", its only one"
            failure = Failure(
                id=f"link-cut:{node}/{link}",
                words=f"link {link} of {node}{alone} is cut",
                links=frozenset({(node, link)}),
                notice="membership",
            )
            yield rated(failure, subject)
