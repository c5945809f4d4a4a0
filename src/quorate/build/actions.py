"""actions: do what changes say, on the hosts. Changes in, nothing out; errors of errors.py from whoever failed."""

from collections import defaultdict
from collections.abc import Iterable

from quorate.build.change import Action, Change, WriteFile
from quorate.build.step import Fleet
from quorate.machines.fleet import on_all
from quorate.machines.host import Host


async def run_everywhere(changes: Iterable[Change], fleet: Fleet) -> None:
    """Run the changes: each host's own in order, all hosts at once. One host's failure does not stop the others."""
    work: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        work[change.host].append(change)

    async def one(host: Host) -> None:
        for change in work[host.name]:
            for action in change.actions:
                await perform_action(host, action)

    (await on_all([fleet[name] for name in work], one)).all()


async def perform_action(host: Host, action: Action) -> None:
    """Do one action on one host."""
    if isinstance(action, WriteFile):
        await host.put(
            action.path,
            action.content,
            mode=action.mode,
            owner=action.owner,
            group=action.group,
            make_parents=action.make_parents,
        )
    else:
        await host.run(action.command, timeout_s=action.timeout_s)
