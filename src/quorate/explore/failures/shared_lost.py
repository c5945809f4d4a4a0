"""rack-lost, switch-lost, power-lost, site-lost: something that the file names in `shared` fails, with all it holds."""

from collections.abc import Iterator

from quorate.explore.failure import Failure, rated
from quorate.explore.subject import Subject

TITLE = "A rack, switch, power feed or site is lost"
NOT_COVERED = (
    "shared dependencies that the file does not name",
    "links that lie on bonds, with the switch that is lost: a bond's other network card is at another switch",
)

WORDS = {"rack": "rack", "switch": "switch", "power": "power feed", "site": "site"}


def find(subject: Subject) -> Iterator[Failure]:
    """Yield it for each entry of the section. Boards inside of nodes that are lost are lost with them."""
    for shared in subject.shared:
        is_switch = shared.kind == "switch"
        links = frozenset((n, link) for n, link in shared.links if not (is_switch and link in subject.bonded))
        boards = {fence.id for fence in subject.fences if fence.onboard in shared.nodes}
        failure = Failure(
            id=f"{shared.kind}-lost:{shared.name}",
            words=f"the {WORDS[shared.kind]} {shared.name} is lost",
            lost=shared.nodes,
            links=links,
            devices=shared.devices | (frozenset() if is_switch else boards),
            quorum_device=shared.quorum_device and subject.quorum.device is not None,
            notice="membership" if shared.nodes or links else "none",
        )
        yield rated(failure, subject)
