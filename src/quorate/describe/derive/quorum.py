"""Votes: votequorum(5) and corosync-qdevice(8). Pure."""

from quorate.describe.cluster import Node, Quorum, QuorumDevice
from quorate.describe.derive.nodes import ssh
from quorate.describe.derive.times import milliseconds
from quorate.describe.sections import quorum as written
from quorate.describe.sections.whole import File


def quorum(file: File, nodes: tuple[Node, ...]) -> Quorum:
    """Return the votes. two_node with exactly two nodes and no device; it implies wait_for_all (votequorum(5))."""
    section = file.quorum or written.Quorum()
    device = _device(file, section.device, nodes) if section.device else None
    two_node = len(nodes) == 2 and device is None if section.two_node is None else section.two_node
    votes = sum(node.votes for node in nodes) + (device.votes if device else 0)
    window = 10.0 if section.last_man_standing_window is None else section.last_man_standing_window
    return Quorum(
        expected_votes=votes if section.expected_votes is None else section.expected_votes,
        two_node=two_node,
        wait_for_all=two_node if section.wait_for_all is None else section.wait_for_all,
        last_man_standing=bool(section.last_man_standing),
        last_man_standing_window_ms=milliseconds(window),
        auto_tie_breaker=_tie_breaker(section.auto_tie_breaker, nodes),
        device=device,
    )


def _tie_breaker(written_as: bool | str | tuple[str, ...] | None, nodes: tuple[Node, ...]) -> str | None:
    """Return auto_tie_breaker_node: "lowest" (the default of votequorum(5)), "highest" or node ids, or None for off."""
    if written_as is None or written_as is False:
        return None
    if isinstance(written_as, tuple):
        ids = {node.name: str(node.id) for node in nodes}
        return " ".join(ids[name] for name in written_as)
    return "lowest" if written_as is True else written_as


def _device(file: File, device: written.Device, nodes: tuple[Node, ...]) -> QuorumDevice:
    """Return the quorum device. Votes as corosync-qdevice(8) advises: ffsplit 1, lms one less than nodes."""
    algorithm = device.algorithm or "ffsplit"
    default_votes = 1 if algorithm == "ffsplit" else max(1, len(nodes) - 1)
    ids = {node.name: str(node.id) for node in nodes}
    tie_breaker = device.tie_breaker or "lowest"
    return QuorumDevice(
        host=device.host,
        ssh=ssh(file.ssh, device.ssh, device.host),
        port=device.port or 5403,
        algorithm=algorithm,
        tie_breaker=ids.get(tie_breaker, tie_breaker),
        votes=default_votes if device.votes is None else device.votes,
        tls=device.tls or "on",
        timeout_ms=milliseconds(10.0 if device.timeout is None else device.timeout),
        sync_timeout_ms=milliseconds(30.0 if device.sync_timeout is None else device.sync_timeout),
    )
