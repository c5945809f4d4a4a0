"""The peer of a node with a replicated store: it is away for a while, and comes back with old data.

Between its return and the end of the resynchronisation only one node has all data. What happens to that node then is
the hardest question to a replicated store: the peer must not serve, and nobody may believe it.
"""

from quorate.catalog.site import nodes_of
from quorate.catalog.storage import Replicated
from quorate.drill.aftermath import return_s
from quorate.drill.fault import Scene, Setting, powered, status
from quorate.errors import Unknown, UsageError
from quorate.machines.host import command
from quorate.machines.waiting import NotYet, until
from quorate.observe.facts import constraints, drbd_status
from quorate.observe.facts.drbd_status import DrbdDevice
from quorate.observe.gathering import gather

AWAY_S = 60.0
SYNC_S = 180.0
FENCED_BY_DRBD = "drbd-fence-by-handler"  # how crm-fence-peer.sh calls its constraint


def store_of(scene: Scene) -> Replicated:
    """Return the service's replicated store; UsageError where it has none."""
    store = scene.options.store(scene.service)
    if not isinstance(store, Replicated):
        raise UsageError(f"{scene.service} has no replicated data", "choose another fault, or another service")
    return store


def replicated(setting: Setting) -> str:
    """Ask for a replicated store."""
    store = setting.options.store(setting.service)
    return "" if isinstance(store, Replicated) else f"{setting.service} has no replicated data"


def obstacle(setting: Setting) -> str:
    """Ask for a replicated store, and for a switch for the peer's power."""
    return replicated(setting) or powered(setting)


def peer_of(scene: Scene) -> str:
    """Return the one node that has the other copy."""
    nodes = nodes_of(scene.want.cluster, scene.options)
    return next(node.name for node in nodes if node.name != scene.victim)


async def sent_away(scene: Scene) -> str:
    """Cut the peer's power and wait until the node that serves knows that it is alone; return the peer."""
    peer = peer_of(scene)
    await scene.ground.power(peer, "off")

    async def gone() -> bool | None:
        found = await status({scene.victim: scene.fleet[scene.victim]})
        return (peer not in found.online or None) if found else None

    await until(f"{peer} is gone", gone, timeout_s=AWAY_S, every_s=0.2)
    return peer


async def back(scene: Scene, peer: str) -> None:
    """Return when the node that serves counts the peer as online: Pacemaker just begins to ask what runs there."""

    async def online() -> bool | None:
        found = await status({scene.victim: scene.fleet[scene.victim]})
        return (peer in found.online or None) if found else None

    await until(f"{peer} is a member again", online, timeout_s=return_s(scene), every_s=0.1)
    await scene.fleet[peer].reconnect()


async def hold_resynchronisation(scene: Scene) -> None:
    """Have the node with the data begin no resynchronisation to its end, in the running module; a reboot forgets that.

    What a database writes in half a minute is copied in a blink, and how fast is the other side's to say.
    """
    await scene.fleet[scene.victim].run(command("drbdadm", "pause-sync", store_of(scene).name))


async def resynchronising(scene: Scene) -> None:
    """Return in the middle of a resynchronisation; Unknown when it is over already."""

    async def begun() -> DrbdDevice | None:
        device = await seen(scene)
        return device if device and (device.is_syncing or device.is_in_sync) else None

    device = await until("a resynchronisation runs", begun, timeout_s=SYNC_S, every_s=0.05)
    if device.is_in_sync:
        raise Unknown("the resynchronisation was over too soon", "write more while the peer is away")


async def seen(scene: Scene) -> DrbdDevice | None:
    """Return the device as the node that serves sees it."""
    found = await gather(scene.fleet[scene.victim], drbd_status)
    return found.device(store_of(scene).minor) if found else None


async def in_sync(scene: Scene) -> None:
    """Return when either copy alone has all data, and the peer is no longer kept from serving."""

    async def same() -> bool | None:
        device = await seen(scene)
        if device is None or not device.is_in_sync:
            raise NotYet(f"{device.connection}, {device.disk}/{device.peer_disk}" if device else "the device is down")
        found = await gather(scene.fleet[scene.victim], constraints)
        kept = [one.id for one in found if one.id.startswith(FENCED_BY_DRBD)]
        if kept:
            raise NotYet(f"{', '.join(kept)} keeps the peer from serving")
        return True

    await until("both copies are the same", same, timeout_s=SYNC_S, every_s=0.3)
