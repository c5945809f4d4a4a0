"""Which firewall is there, and whether it plainly stops a port (nft(8), iptables-save(8), ufw(8), firewall-cmd(1)).

A rule set is a program; only simple ones are judged here, and everything else is "unknown", which is neither good nor
bad. Whether packets really pass is known only by sending some.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from quorate.errors import Unknown
from quorate.machines.host import command

Verdict = Literal["open", "blocked", "unknown"]
Protocol = Literal["udp", "tcp"]

MARK = "=== quorate "

SCRIPT = """ask() {
  name=$1; shift
  if ! command -v "$1" >/dev/null; then echo "MARK$name missing"; return; fi
  out=$("$@" 2>/dev/null); echo "MARK$name $?"; printf '%s\\n' "$out"
}
ask nft nft list ruleset
ask iptables iptables-legacy-save
ask ufw ufw status verbose
ask firewalld firewall-cmd --state""".replace("MARK", MARK)

COMMAND = command("sh", "-c", SCRIPT)

TABLE = re.compile(r"table (\w+) ")
CHAIN = re.compile(r"type filter hook (input|prerouting|ingress)\b[^;]*;(?: policy (\w+);)?")
LOOPBACK = re.compile(r'iif(name)? "?lo"? accept')
ESTABLISHED = re.compile(r"ct state (?!.*\bnew\b)[\w,{} ]+ (accept|drop)")
NOISE = {
    protocol: re.compile(
        r"counter packets \d+ bytes \d+|counter\b|comment \"[^\"]*\"|# .*"
        rf"|(meta l4proto|ip6? protocol) {protocol}"
    )
    for protocol in ("udp", "tcp")
}
OTHER_PROTOCOL = {
    protocol: re.compile(
        rf"({other}|icmp|icmpv6|igmp|sctp|esp|ah|vrrp)\b|(meta l4proto|ip6? protocol|ip6 nexthdr) (?!{protocol})"
    )
    for protocol, other in (("udp", "tcp"), ("tcp", "udp"))
}
PORT = {
    protocol: re.compile(protocol + r" dport (\{[^}]*\}|\S+) (accept|drop|reject)\b") for protocol in ("udp", "tcp")
}
ALL = re.compile(r"(accept|drop|reject)\b")
UFW_RULE = re.compile(r"^(\d+)(?::(\d+))?(?:/(\w+))?(?: \(v6\))?\s+(ALLOW|DENY|REJECT|LIMIT)(?: IN)?\s+(.*)$")


@dataclass(frozen=True, slots=True)
class Firewall:
    """answers: what each tool that is there and could be asked printed. present: the tools that are there at all."""

    present: frozenset[str]
    answers: Mapping[str, str]

    @property
    def active(self) -> frozenset[str]:
        """The firewalls that have rules of their own or run."""
        on = {name for name in ("ufw", "firewalld") if name in self.answers and _is_on(name, self.answers[name])}
        on |= {"nftables"} if _chains(self.answers.get("nft", "")) else set()
        return frozenset(on | ({"iptables"} if "\n-A INPUT" in self.answers.get("iptables", "") else set()))

    def udp(self, port: int) -> Verdict:
        """Say what becomes of packets from anywhere to a UDP port of this node."""
        return self.verdict("udp", port)

    def verdict(self, protocol: Protocol, port: int) -> Verdict:
        """Say what becomes of packets, or of new connections, from anywhere to a port of this node."""
        if "firewalld" in self.active or "iptables" in self.active:
            return "unknown"
        if "ufw" in self.active:
            return _by_ufw(self.answers["ufw"], protocol, port)
        if "nft" not in self.answers:
            return "unknown"
        verdicts: set[Verdict] = {"open"}
        for chain in _chains(self.answers["nft"]):
            verdict = _by_chain(chain, protocol, port)
            # other hooks and families see only some of the packets, so that they can spoil certainty, not give it
            verdicts.add(verdict if chain.sees_all or verdict == "open" else "unknown")
        return "blocked" if "blocked" in verdicts else "unknown" if "unknown" in verdicts else "open"


def parse(output: str, status: int) -> Firewall:
    """Read what each tool printed; one that is there but may not be asked (no root) is present without an answer."""
    parts = output.split(MARK)[1:]
    if status != 0 or not parts:
        raise Unknown("The firewall could not be asked.")
    present, answers = set(), {}
    for part in parts:
        head, _, text = part.partition("\n")
        name, code = head.split()
        if code == "missing":
            continue
        present.add(name)
        if code == "0":
            answers[name] = text.strip()
    return Firewall(frozenset(present), MappingProxyType(answers))


def _is_on(name: str, text: str) -> bool:
    return text.startswith("Status: active") if name == "ufw" else text.startswith("running")


def _by_ufw(text: str, wanted: Protocol, port: int) -> Verdict:
    """Judge by `ufw status verbose`: the first rule that names the port decides, else the default for incoming."""
    unsure = False
    for line in text.splitlines():
        match = UFW_RULE.match(line)
        if not match:
            unsure = unsure or bool(re.match(r"^(Anywhere|[\d.]+|\S+ \()\S*\s+(ALLOW|DENY|REJECT|LIMIT)", line))
            continue
        low, high, protocol, action, source = match.groups()
        if protocol not in {None, wanted} or not int(low) <= port <= int(high or low):
            continue
        if not source.startswith("Anywhere") or unsure:
            return "unknown"
        return "open" if action == "ALLOW" else "blocked"
    if unsure or "Default:" not in text:
        return "unknown"
    return "open" if "allow (incoming)" in text else "blocked"


@dataclass(frozen=True, slots=True)
class _Chain:
    """A chain that sees incoming packets. sees_all: all that are meant for this node, by IPv4 at least."""

    sees_all: bool
    policy: str
    rules: list[str]


def _chains(ruleset: str) -> list[_Chain]:
    chains: list[_Chain] = []
    family, inside = "", False
    for line in map(str.strip, ruleset.splitlines()):
        if match := TABLE.match(line):
            family = match[1]
        elif match := CHAIN.search(line):
            chains.append(_Chain(family in {"ip", "inet"} and match[1] == "input", match[2] or "accept", []))
            inside = True
        elif line == "}":
            inside = False
        elif inside and line:
            chains[-1].rules.append(line)
    return chains


def _by_chain(chain: _Chain, protocol: Protocol, port: int) -> Verdict:
    """Judge one chain: the first rule that surely decides wins, unless an earlier one could have decided otherwise."""
    possible: set[Verdict] = set()  # what rules that cannot be judged might have done before
    for rule in chain.rules:
        text = " ".join(NOISE[protocol].sub(" ", rule).split())
        if not text or any(harmless.match(text) for harmless in (LOOPBACK, ESTABLISHED, OTHER_PROTOCOL[protocol])):
            continue
        match = PORT[protocol].fullmatch(text.partition(" with ")[0])
        if match and (covered := _covers(match[1], port)) is not None:
            if covered:
                return _settle(match[2], possible)
            continue
        if ALL.match(text):
            return _settle(text.split()[0], possible)
        if text.endswith(" accept"):
            possible.add("open")
        else:
            possible |= {"blocked"} if text.endswith(" drop") or " reject" in text else {"open", "blocked"}
    return _settle(chain.policy, possible)


def _settle(action: str, possible: set[Verdict]) -> Verdict:
    verdict: Verdict = "open" if action == "accept" else "blocked"
    return verdict if possible <= {verdict} else "unknown"


def _covers(ports: str, port: int) -> bool | None:
    """Say whether "5405", "5404-5412" or "{ 22, 5405-5407 }" holds the port; None for what is not numbers."""
    for item in ports.strip("{} ").split(","):
        low, _, high = item.strip().partition("-")
        if not low.isdigit() or (high and not high.isdigit()):
            return None
        if int(low) <= port <= int(high or low):
            return True
    return False
