"""The quorum device: what each step finds to change, on the nodes and on the device's host, and how keys travel."""

import asyncio
from dataclasses import replace

import pytest

from build.wishes import wish
from quorate.build.change import Change, Run
from quorate.build.plan import look, sorted_out
from quorate.build.prepare import prepare
from quorate.build.stages import Stage
from quorate.build.steps import boot, certificates, packages, ports, qdevice, qdevice_halt, qnetd
from quorate.build.want import Want
from quorate.errors import HostUnreachable, NeverComes
from quorate.machines.fake import Answer, FakeHost
from quorate.observe.facts.certificates import Certificate
from quorate.observe.facts.file_state import File
from quorate.observe.facts.firewall import Firewall
from quorate.observe.facts.qdevice import Qdevice
from quorate.observe.facts.qnetd import Client, Qnetd
from quorate.observe.facts.quorum import Member, Quorum
from quorate.observe.facts.unit_state import Unit

PAIR = """
cluster: shop
nodes:
  n1: {links: [10.20.0.11]}
  n2: {links: [10.20.0.12]}
"""
DEVICE = PAIR + "quorum: {device: {host: q}}\n"


def with_device(witness: FakeHost | None = None, **changes: str) -> Want:
    want = wish(DEVICE, **changes)
    return replace(want, witness=witness or FakeHost("q"), platforms={**want.platforms, "q": want.platform})


def words(said: object) -> list[str]:
    changes, findings = sorted_out(said)  # type: ignore[arg-type]
    return [change.words for change in changes] + [finding.code for finding in findings]


def unit(active: str = "active", enabled: str = "enabled") -> Unit:
    return Unit("u", "loaded", active, "running", enabled, "success", 1, 0)


# --- the steps that the device's host shares with the nodes ----------------------------------------------------------


def test_the_devices_host_gets_qnetd_and_nothing_of_the_cluster() -> None:
    want = with_device()
    assert packages.wanted(want.cluster, want.platform, "q") == ("corosync-qnetd",)
    assert packages.units(want, "q", {"corosync-qnetd"}) == ("corosync-qnetd.service",)
    assert "corosync-qdevice" in packages.wanted(want.cluster, want.platform, "n1")
    assert "corosync-qdevice.service" in packages.units(want, "n1", {"corosync-qdevice"})


def test_qdevice_starts_at_boot_only_with_a_device() -> None:
    assert boot.started(with_device(), "q") == ("corosync-qnetd.service",)
    assert "corosync-qdevice.service" in boot.started(with_device(), "n1")
    assert boot.kept_off(with_device(), "n1") == ()
    assert boot.kept_off(wish(PAIR), "n1") == ("corosync-qdevice.service",)


def test_qnetds_port_is_opened_for_tcp() -> None:
    closed = Firewall(frozenset({"ufw"}), {"ufw": "Status: active\nDefault: deny (incoming), allow (outgoing)"})
    (change,) = ports.changes(closed, with_device(), "q")
    assert isinstance(change, Change)
    assert change.actions == (Run(replace(change.actions[0].command, argv=("ufw", "allow", "5403/tcp"))),)
    dropping = "table inet f {\nchain c {\ntype filter hook input priority filter; policy drop;\n}\n}"
    (finding,) = ports.changes(Firewall(frozenset({"nft"}), {"nft": dropping}), with_device(), "q")
    assert "TCP 5403" in finding.summary
    assert finding.path == ("quorum", "device")


def test_a_device_without_its_host_is_a_defect() -> None:
    with pytest.raises(ValueError, match="has to be opened"):
        asyncio.run(prepare(with_device().cluster, {}, lambda _: ""))


def test_only_the_devices_host_goes_through_the_witness_steps() -> None:
    class Step:
        TITLE = "told"

        async def look(self, host: FakeHost, want: Want) -> str:
            return host.name

        def changes(self, facts: str, want: Want, name: str):
            yield Change(name, self.TITLE, facts, ())

    fleet = {"n1": FakeHost("n1"), "n2": FakeHost("n2")}
    changes, _ = asyncio.run(look(Stage("s", witness_steps=(Step(),)), fleet, with_device()))
    assert [change.host for change in changes] == ["q"]
    changes, _ = asyncio.run(look(Stage("s", host_steps=(Step(),)), fleet, with_device()))
    assert [change.host for change in changes] == ["n1", "n2"]


# --- qnetd -----------------------------------------------------------------------------------------------------------

AUTHORITY = Certificate("CN=QNet CA", "CN=QNet CA", "AA", has_key=True, is_valid=True)
SERVER = Certificate("CN=Qnetd Server", "CN=QNet CA", "BB", has_key=True, is_valid=True)
FILES = {path: File(path, "file", 0o640, "root", "coroqnetd") for path in qnetd.READ_BY_IT}
READY = qnetd.Facts(unit(), {qnetd.CA: AUTHORITY, qnetd.SERVER: SERVER}, FILES, Qnetd(5403, tls=True, clusters={}))
OTHERS = {"bank": (Client(1, "10.9.0.1", tls=True, vote="ACK"),)}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (READY, []),
        (replace(READY, unit=unit("inactive"), serves=None), ["start corosync-qnetd"]),
        (replace(READY, certificates={}), ["make qnetd's certificates", "start corosync-qnetd"]),
        (
            replace(READY, certificates={qnetd.CA: AUTHORITY, qnetd.SERVER: replace(SERVER, has_key=False)}),
            ["make qnetd's certificates", "start corosync-qnetd"],
        ),
        (
            replace(READY, certificates={}, serves=Qnetd(5403, tls=True, clusters=OTHERS)),
            ["qnetd-certificates-incomplete"],
        ),
        (replace(READY, serves=Qnetd(5403, tls=True, clusters=OTHERS)), []),
        (replace(READY, serves=Qnetd(5500, tls=True, clusters={})), ["qnetd-port-differs"]),
        (
            replace(READY, files={**FILES, qnetd.DATABASE: File(qnetd.DATABASE, "directory", 0o750, "root", "root")}),
            ["let qnetd read its certificates"],
        ),
    ],
)
def test_what_qnetd_lacks(facts: qnetd.Facts, expected: list[str]) -> None:
    assert words(qnetd.changes(facts, with_device(), "q")) == expected


# --- stopping a qdevice that runs with other settings ----------------------------------------------------------------

RUNNING = Qdevice("shop", "q", 5403, "ffsplit", "lowest", "on", 10000, 30000, "Connected")


@pytest.mark.parametrize(
    ("running", "settings", "stopped"),
    [
        (RUNNING, {}, ""),
        (None, {}, ""),
        (RUNNING, {"host: q": "host: q, algorithm: lms"}, "algorithm"),
        (RUNNING, {"host: q": "host: q, timeout: 5s, tie_breaker: n2"}, "tie_breaker, timeout"),
        (RUNNING, {"host: q": "host: q, tls: required"}, "tls"),
    ],
)
def test_a_qdevice_with_other_settings_is_stopped(
    running: Qdevice | None, settings: dict[str, str], stopped: str
) -> None:
    said = words(qdevice_halt.changes(qdevice_halt.Facts(runs=True, running=running), with_device(**settings), "n1"))
    assert said == ([f"stop corosync-qdevice (until Corosync knows its new {stopped})"] if stopped else [])
    assert not words(qdevice_halt.changes(qdevice_halt.Facts(runs=False, running=None), with_device(**settings), "n1"))


def test_a_qdevice_without_a_device_is_stopped() -> None:
    facts = qdevice_halt.Facts(runs=True, running=None)
    assert words(qdevice_halt.changes(facts, wish(PAIR), "n1")) == [
        "stop corosync-qdevice (the file has no quorum device)"
    ]


# --- certificates ----------------------------------------------------------------------------------------------------

CA = Certificate("CN=QNet CA", "CN=QNet CA", "AA", has_key=False, is_valid=True)
OWN = Certificate("CN=shop", "CN=QNet CA", "CC", has_key=True, is_valid=True)
GOOD = {certificates.CA: CA, certificates.OWN: OWN}


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (GOOD, []),
        ({}, ["get the cluster's certificate for the quorum device"]),
        ({certificates.CA: CA}, ["get the cluster's certificate for the quorum device"]),
        (
            {**GOOD, certificates.OWN: replace(OWN, has_key=False)},
            ["get the cluster's certificate for the quorum device"],
        ),
        (
            {**GOOD, certificates.OWN: replace(OWN, is_valid=False)},
            ["get the cluster's certificate for the quorum device"],
        ),
        (
            {**GOOD, certificates.CA: replace(CA, fingerprint="of another qnetd")},
            ["get the cluster's certificate for the quorum device"],
        ),
        ({**GOOD, certificates.OWN: replace(OWN, subject="CN=bank")}, ["certificate-of-another-cluster"]),
    ],
)
def test_who_needs_a_certificate(held: certificates.Known, expected: list[str]) -> None:
    facts = certificates.Facts({"n1": held, "n2": GOOD}, "AA")
    assert words(certificates.changes(facts, with_device())) == expected


def test_no_certificates_without_tls() -> None:
    open_one = with_device(**{"host: q": "host: q, tls: off"})
    facts = asyncio.run(certificates.look({"n1": FakeHost("n1"), "n2": FakeHost("n2")}, open_one))
    assert words(certificates.changes(facts, open_one)) == []


def listing(**held: Certificate) -> str:
    """Return what the certificates' query prints."""
    text = ""
    for nickname, one in held.items():
        text += f"=== quorate {nickname.replace('_', ' ')}\n"
        text += f'        Issuer: "{one.issuer}"\n        Subject: "{one.subject}"\n'
        text += f"    Fingerprint (SHA-256):\n        {one.fingerprint}\n        SSL Flags:\n"
        text += "            User\n" if one.has_key else ""
        text += "certutil: certificate is valid\n" if one.is_valid else ""
    return text


KEY = b"private key of the cluster"


def machines(first: str, second: str) -> tuple[dict[str, FakeHost], FakeHost]:
    """Return two nodes that hold what is listed, and the device's host; every tool succeeds."""
    tools = {".*": ""}
    nodes = {
        name: FakeHost(
            name,
            {"sh -c .*quorate-certificates.*": text, **tools},
            {certificates.REQUEST: b"request of " + name.encode(), certificates.BUNDLE: KEY},
        )
        for name, text in (("n1", first), ("n2", second))
    }
    files = {f"{qnetd.DATABASE}/qnetd-cacert.crt": b"authority", f"{qnetd.DATABASE}/cluster-shop.crt": b"signed"}
    return nodes, FakeHost("q", {"sh -c .*quorate-certificates.*": listing(QNet_CA=AUTHORITY), **tools}, files)


def used(host: FakeHost, tool: str) -> list[str]:
    """Return the options with which a tool was called, in order."""
    return [command.argv[command.argv.index(tool) + 1] for command in host.ran if tool in command.argv]


def test_the_first_node_asks_for_the_certificate_and_the_other_takes_it_over() -> None:
    nodes, witness = machines("", "")
    asyncio.run(certificates.perform(nodes, with_device(witness), lambda _: None))
    assert used(nodes["n1"], certificates.TOOL) == ["-i", "-r", "-M"]
    assert used(nodes["n2"], certificates.TOOL) == ["-i", "-m"]
    assert used(witness, "corosync-qnetd-certutil") == ["-s"]
    assert witness.files[f"{qnetd.DATABASE}/cluster-shop.crq"].content == b"request of n1"
    assert nodes["n1"].files[certificates.SIGNED].content == b"signed"
    assert nodes["n2"].files[certificates.AUTHORITY].content == b"authority"


def test_the_key_travels_closed_and_is_in_no_command() -> None:
    nodes, witness = machines("", "")
    asyncio.run(certificates.perform(nodes, with_device(witness), lambda _: None))
    assert (nodes["n2"].files[certificates.BUNDLE].content, nodes["n2"].files[certificates.BUNDLE].mode) == (KEY, 0o600)
    for host in (*nodes.values(), witness):
        assert not any(KEY.decode() in str(command) or KEY in command.input for command in host.ran)
    assert f"rm {certificates.BUNDLE}" in nodes["n1"].ran_text
    assert nodes["n2"].ran_text[-1] == f"rm {certificates.BUNDLE}"


def test_a_node_that_has_it_gives_it_to_the_others_and_is_left_alone() -> None:
    nodes, witness = machines("", listing(QNet_CA=CA, Cluster_Cert=OWN))
    asyncio.run(certificates.perform(nodes, with_device(witness), lambda _: None))
    assert used(nodes["n1"], certificates.TOOL) == ["-i", "-m"]
    assert used(nodes["n2"], certificates.TOOL) == []
    assert not any("systemctl stop" in text for text in nodes["n2"].ran_text)
    assert used(witness, "corosync-qnetd-certutil") == []


def test_a_node_that_gets_a_new_database_has_qdevice_stopped_first() -> None:
    nodes, witness = machines("", "")
    asyncio.run(certificates.perform(nodes, with_device(witness), lambda _: None))
    for host in nodes.values():
        stop = host.ran_text.index("systemctl stop corosync-qdevice.service")
        assert stop < host.ran_text.index(f"rm --recursive --force {certificates.DATABASE}")


# --- the votes -------------------------------------------------------------------------------------------------------


def quorum(*flags: str, votes: int | None = 1, quorate: bool = True) -> Quorum:
    members = tuple(Member(number, f"n{number}", 1, number == 1, flag) for number, flag in enumerate(flags, start=1))
    return Quorum(quorate, "", 1, "1.1", members, 3, 3, 3, 2, frozenset({"Qdevice"}), votes)


@pytest.mark.parametrize(
    ("view", "counted"),
    [
        (quorum("A,V,NMW", "A,V,NMW"), True),
        (quorum("A,V,NMW", "A,NV,NMW"), False),
        (quorum("A,V,NMW", "NA,NV,NMW"), False),
        (quorum("A,V,NMW", "NR"), False),
        (quorum("A,V,NMW", "A,V,NMW", votes=0), False),
        (quorum("", "", votes=None), False),
        (quorum("A,V,NMW", "A,V,NMW", quorate=False), False),
    ],
)
def test_a_vote_counts_when_every_member_has_it(view: Quorum, counted: bool) -> None:
    device = with_device().cluster.quorum.device
    assert device is not None
    assert qdevice.counts(view, device) is counted


def test_qdevice_is_started_where_it_does_not_run() -> None:
    facts = qdevice.Facts({"n1": True, "n2": False}, ())
    (change,) = qdevice.changes(facts, with_device())
    assert isinstance(change, Change)
    assert change.host == "n2"
    assert list(qdevice.changes(qdevice.Facts({}, None), wish(PAIR))) == []


def test_another_cluster_of_the_same_name_is_noticed_before_anything_starts() -> None:
    stranger = Client(1, "10.99.0.1", tls=True, vote="ACK")
    mine = Client(1, "10.20.0.11", tls=True, vote="ACK")
    idle = {"n1": False, "n2": False}
    assert words(qdevice.changes(qdevice.Facts(idle, (stranger,)), with_device())) == ["quorum-device-serves-namesake"]
    assert words(qdevice.changes(qdevice.Facts(idle, (mine,)), with_device())) == ["start corosync-qdevice"] * 2
    # a node of ours may come from an address that the file does not name
    one_runs = qdevice.Facts({"n1": True, "n2": False}, (stranger,))
    assert words(qdevice.changes(one_runs, with_device())) == ["start corosync-qdevice"]


def test_a_client_without_tls_counts_only_where_it_may() -> None:
    plain = Qnetd(5403, tls=True, clusters={"shop": (Client(1, "10.20.0.11", tls=False, vote="ACK"),)})
    without = replace(plain, tls=False)
    assert not qdevice.clients_of(plain, with_device())
    assert qdevice.clients_of(without, with_device())
    assert not qdevice.clients_of(without, with_device(**{"host: q": "host: q, tls: required"}))
    assert qdevice.clients_of(plain, with_device(**{"host: q": "host: q, tls: off"}))


def test_a_vote_that_cannot_come_is_told_with_what_every_host_says() -> None:
    gone = "Id=corosync-qdevice.service\nLoadState=loaded\nActiveState=failed\nSubState=failed\nUnitFileState=enabled\n"
    answers = {
        "corosync-quorumtool -s": Answer("", 1),
        "corosync-qdevice-tool -s -v": Answer("", 1),
        "systemctl show .*": gone,
        "journalctl .*": "Received server error 4\n",
    }
    fleet = {name: FakeHost(name, answers) for name in ("n1", "n2")}
    witness = FakeHost("q", {".*": HostUnreachable("q is gone")})
    with pytest.raises(NeverComes) as caught:
        asyncio.run(qdevice.settled(fleet, with_device(witness), lambda _: None))
    assert "q does not know n1, n2" in caught.value.message
    assert "Received server error 4" in caught.value.message
    assert "5403" in caught.value.hint
