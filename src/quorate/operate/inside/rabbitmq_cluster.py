"""What brokers say of their cluster: who is a member, who sees whom, whose queues have no majority.

A process that runs says little: agents have called brokers started that were each a cluster of its own
(ClusterLabs/resource-agents issue 959). So every broker is asked, and their answers are compared.
"""

from collections.abc import Iterator, Mapping

from quorate.catalog.services.rabbitmq_cluster import RabbitmqCluster, asked_by
from quorate.catalog.site import Site
from quorate.errors import QuorateError
from quorate.findings import Finding, Severity
from quorate.machines.host import Host
from quorate.observe.facts import broker as fact
from quorate.observe.facts.broker import Broker
from quorate.observe.gathering import gather_about
from quorate.operate.insight import TIMEOUT_S, Line, each

KIND = RabbitmqCluster.kind
Said = Mapping[str, Broker | QuorateError]
WORDS = {
    "paused": "paused: it sees no majority of the members",
    "waits": "waits for other members, and serves nobody yet",
    "deaf": "runs, and does not know the cookie of its host",
    "down": "does not run",
}


async def look(hosts: Mapping[str, Host], site: Site) -> Said:
    """Ask every broker."""
    nodes = {node.name: node for node in site.nodes}

    async def ask(host: Host) -> Broker:
        return await gather_about(host, fact, *asked_by(site, nodes[host.name]), timeout_s=TIMEOUT_S)

    return await each(hosts, ask)


def judged(facts: Said, site: Site, running: frozenset[str]) -> Iterator[Finding | Line]:
    """Yield a line for each broker, and what is wrong with them, as one cluster."""
    told = {name: said for name, said in facts.items() if isinstance(said, Broker)}
    whole = cluster_of(told)
    is_held_up = any(told[name].alarms for name in whole if name in told)
    for node in site.nodes:
        said = facts.get(node.name)
        if isinstance(said, QuorateError):
            yield Line(f"does not say how it is: {said.message}", "unknown", node.name)
            yield _unknown(node.name, said)
        elif said is not None and (node.name in running or said.state != "down" or said.cookie == "other"):
            yield line(node.name, said, whole, is_held_up=is_held_up)
            yield from wrong(node.name, said, whole, told, site)
    yield from kept_out(told, whole, site)
    yield from strangers(told, whole, site)
    yield from of_queues(told, whole)


def cluster_of(told: Mapping[str, Broker]) -> frozenset[str]:
    """Return the brokers that serve as one cluster: the largest set that one which serves sees; none where none does.

    Of equals the one with the first name in it.
    """
    seen = sorted(
        (frozenset(said.up) for said in told.values() if said.state == "running"),
        key=lambda up: (-len(up), sorted(up)),
    )
    return seen[0] if seen else frozenset()


def line(name: str, said: Broker, whole: frozenset[str], *, is_held_up: bool) -> Line:
    """Return how one broker is. is_held_up: one of the cluster has an alarm, and none takes messages."""
    values: dict[str, str | int | float | bool | None] = {
        "state": said.state,
        "members": ",".join(said.members),
        "sees": ",".join(said.up),
        "queues": said.queues,
    }
    if said.state != "running":
        return Line(WORDS[said.state], "bad", name, serves=False, values=values)
    if frozenset(said.up) != whole:
        alone = f"serves apart from the others: sees {', '.join(said.up)}"
        return Line(alone, "bad", name, serves=False, values=values)
    words = f"serves, sees {len(said.up)} of {len(said.members)} members"
    if said.alarms:
        held = f"{words}; takes no messages: too little {' and '.join(said.alarms)}"
        return Line(held, "bad", name, serves=False, values=values)
    if is_held_up:
        held = f"{words}; takes no messages: another has too little of something"
        return Line(held, "bad", name, serves=False, values=values)
    return Line(words, "good" if len(said.up) == len(said.members) else "doubtful", name, serves=True, values=values)


def wrong(name: str, said: Broker, whole: frozenset[str], told: Mapping[str, Broker], site: Site) -> Iterator[Finding]:
    """Yield what is the matter with one broker."""
    if said.cookie != "same":
        yield Finding(
            "broker-cookie",
            Severity.ERROR,
            f"{name} has {'another' if said.cookie == 'other' else 'no'} Erlang cookie",
            "brokers let in only those that know theirs: it joins no more once it is started again",
            f"quorate apply FILE, which starts it again where it is down; where it runs with the wrong one,"
            f" on {name}: systemctl kill -s KILL rabbitmq-server",
        )
    if said.state == "deaf":
        yield Finding(
            "broker-deaf",
            Severity.ERROR,
            f"the broker on {name} cannot be asked with the cookie that lies there",
            "it was started with another one, and no broker that has the right one lets it in",
            f"quorate apply FILE, which starts it again where it is down; where it runs with the wrong one,"
            f" on {name}: systemctl kill -s KILL rabbitmq-server",
        )
    if said.state == "running" and frozenset(said.up) != whole:
        yield _apart(name, said, whole, told)
    elif said.apart:
        yield Finding(
            "broker-partitioned",
            Severity.ERROR,
            f"the broker on {name} was split from {', '.join(said.apart)}, and they have not come together again",
            "each goes on with its own copy of queues and definitions",
            f"choose whose to keep, then restart the others: crm_resource --restart --resource {site.name} --node NODE",
        )
    if said.state == "waits":
        yield _waits(name, said, told, site)
    if said.state == "paused":
        yield Finding(
            "broker-paused",
            Severity.ERROR,
            f"the broker on {name} is paused: it sees no majority of {', '.join(said.members)}",
            "it goes on by itself as soon as it sees one, and serves nobody until then",
            "look at the first link between the nodes, and at the brokers that do not run",
        )
    if said.alarms:
        yield Finding(
            "broker-alarm",
            Severity.ERROR,
            f"the broker on {name} has too little {' and '.join(said.alarms)}: nobody can publish, at any broker",
            "an alarm on one broker holds up the publishers of all",
            "have messages consumed, or give it more; then it goes on by itself",
        )


def _apart(name: str, said: Broker, whole: frozenset[str], told: Mapping[str, Broker]) -> Finding:
    """Return that a broker serves, and the others do not see it."""
    others = [told[other].members for other in sorted(whole) if other in told]
    if others and name not in others[0]:
        return Finding(
            "broker-not-member",
            Severity.ERROR,
            f"the broker on {name} runs, and is no member of the cluster of {', '.join(sorted(whole))}",
            "its database was begun apart: queues, accounts and messages there are its own",
            f"save what is only there (rabbitmqctl export_definitions); then, on {name}: rabbitmqctl stop_app, "
            f"rabbitmqctl reset, rabbitmqctl join_cluster rabbit@{min(whole)}, rabbitmqctl start_app",
        )
    return Finding(
        "broker-partitioned",
        Severity.ERROR,
        f"the brokers are in parts: {name} sees {', '.join(said.up)}, the others {', '.join(sorted(whole))}",
        "each part goes on with its own copy of queues and definitions",
        "look at the first link between the nodes, and at journalctl -u rabbitmq-server there",
    )


def _waits(name: str, said: Broker, told: Mapping[str, Broker], site: Site) -> Finding:
    """Return that a broker waits for one that may have newer definitions."""
    away = [m for m in said.members if m != name and (m not in told or told[m].state in {"down", "deaf"})]
    if not away:
        return Finding(
            "broker-starting",
            Severity.WARNING,
            f"the broker on {name} is starting, and waits for the others to do so",
            "of a cluster that was stopped as a whole only those that stopped last have the newest definitions",
            "ask again in a minute",
        )
    gone = f"quorate recover FILE {site.name} {' '.join(f'--without {one}' for one in away)}"
    return Finding(
        "broker-waits",
        Severity.ERROR,
        f"the broker on {name} has started, and waits for {' or '.join(away)}",
        "of a cluster that was stopped as a whole only those that stopped last have the newest definitions",
        f"start {' and '.join(away)}; where that can never be: {gone}",
    )


def kept_out(told: Mapping[str, Broker], whole: frozenset[str], site: Site) -> Iterator[Finding]:
    """Yield the brokers that cannot start: RabbitMQ does not beside a member that does not know it.

    Where most brokers are one cluster, one that they do not know puts its database aside (programs/rabbitmq-broker).
    """
    members = {member for name in whole if name in told for member in told[name].members}
    if not whole or 2 * len(whole) > len(site.nodes):
        return
    out = [name for name, said in sorted(told.items()) if said.state == "down" and said.last and name not in members]
    if not out:
        return
    on, off, first = " and ".join(sorted(whole)), " and ".join(out), min(whole)
    act = f"crm_resource --resource {site.name}"
    yield Finding(
        "broker-kept-out",
        Severity.ERROR,
        f"{off} had a broker of a cluster that the one on {on} does not know, and it does not start beside that",
        f"either {on} has lost its disk and began anew, or it has gone on without {off}: which cannot be told",
        f"choose whose data to keep. Those of {off}: {act} --ban --node {first}; {act} --cleanup; when they serve, "
        f"on {first}: move /var/lib/rabbitmq/mnesia/rabbit@{first} away, {act} --clear --node {first}. "
        f"Those of {on}: move that directory away where the others are, {act} --cleanup",
    )


def strangers(told: Mapping[str, Broker], whole: frozenset[str], site: Site) -> Iterator[Finding]:
    """Yield the members of the cluster that have no place in the file."""
    members = {member for name in whole if name in told for member in told[name].members}
    for member in sorted(members - {node.name for node in site.nodes}):
        yield Finding(
            "broker-member-left",
            Severity.WARNING,
            f"{member} is a member of the cluster of brokers, and the file has none there",
            "it counts for majorities for as long as it is one",
            f"where it is gone for good, on any of the others: rabbitmqctl forget_cluster_node rabbit@{member}",
        )


def of_queues(told: Mapping[str, Broker], whole: frozenset[str]) -> Iterator[Finding]:
    """Yield what is the matter with queues, as the first broker of the cluster has it."""
    said = next((told[name] for name in sorted(whole) if name in told and told[name].state == "running"), None)
    if said is None:
        return
    if said.stuck:
        some = ", ".join(said.stuck[:3]) + (" ..." if len(said.stuck) > 3 else "")
        yield Finding(
            "queue-without-majority",
            Severity.ERROR,
            f"{len(said.stuck)} of {said.queues} queues have no majority of their replicas: {some}",
            "they take no message and give none until it is back",
            "start the brokers that are away; rabbitmq-queues quorum_status QUEUE says which",
        )
    if said.thin:
        yield Finding(
            "queue-replicas-few",
            Severity.WARNING,
            f"{said.thin} of {said.queues} queues have an even number of replicas, and a broker has none",
            "made while a broker was away, they outlive no more failures than with one replica less",
            "on the node that lacks them: rabbitmq-queues grow rabbit@NODE even",
        )


def _unknown(name: str, error: QuorateError) -> Finding:
    return Finding(
        "broker-unknown",
        Severity.WARNING,
        f"the broker on {name} does not say how it is: {error.message}",
        "what is not seen is not well",
        error.hint or f"read /var/log/rabbitmq on {name}",
    )
