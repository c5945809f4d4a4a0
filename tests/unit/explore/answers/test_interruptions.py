from dataclasses import replace

from quorate.explore.answers import interruptions
from quorate.explore.result import Stretch
from quorate.explore.subject import Part
from quorate.findings import Severity

from .made import away, away_s, down, exploration, scenario, subject, well

LONG = away(
    "db",
    Stretch(0, 8, "detect", "", "", "default"),
    Stretch(8, 9, "decide", "", "", "measured"),
    Stretch(9, 29, "fence", "n1", "n1", "default"),
    Stretch(29, 89, "start", "db-server", "n2", "bound"),
)


def test_the_longest_of_one_failure_and_of_two() -> None:
    found = exploration(
        scenario("node-lost:n1", away_s("web", 12), LONG),
        scenario("node-hung:n1", away_s("web", 14), well("db")),
        scenario("stop-failed:web", down("web"), well("db")),
        scenario("node-lost:n1 then node-lost:n2", away_s("web", 40), well("db")),
        outage_target_s=13,
    )
    result = interruptions.answer(found, subject("web", "db"))
    assert [(one.service, one.failures, one.seconds, one.evidence.scenario) for one in result.worst] == [
        ("web", 1, 14, "node-hung:n1"),
        ("web", 2, 40, "node-lost:n1 then node-lost:n2"),
        ("db", 1, 89, "node-lost:n1"),
    ]
    assert [(one.service, one.seconds) for one in result.above_target] == [("db", 89), ("web", 14)]


def test_a_finding_names_the_piece_to_change() -> None:
    parts = {"db-server": Part("db-server", "ocf:heartbeat:mysql", service="db")}
    found = exploration(scenario("node-lost:n1", LONG), outage_target_s=60)
    [finding] = interruptions.findings(interruptions.answer(found, subject("db", parts=parts)))
    assert (finding.code, finding.path) == ("outage-above-target", ("services", "db"))
    assert finding.severity is Severity.INFO  # it rests on a time-out
    assert finding.summary.startswith("db may be away for 89 s (at most,")
    assert finding.fix.startswith("start of db-server takes 60 s, its time-out")


def test_changes_that_would_help_by_the_longest_piece() -> None:
    def fix(*path: Stretch) -> str:
        found = exploration(scenario("node-lost:n1", away("web", *path)), outage_target_s=1)
        [finding] = interruptions.findings(interruptions.answer(found, subject("web")))
        assert finding.severity is Severity.WARNING
        return finding.fix

    start = Stretch(20, 21, "start", "web", "n2", "measured")
    assert fix(Stretch(0, 19, "detect", "", "", "default"), start) == (
        "a silent node is missed after 19 s: lower corosync.token"
    )
    assert fix(Stretch(0, 19, "detect", "web", "", "default"), start) == (
        "a monitor finds the failure of web after 19 s: lower its interval"
    )
    assert fix(Stretch(0, 15, "delay", "n1", "n1", "measured"), start).startswith("fencing of n1 is put off by 15 s")
    assert fix(Stretch(0, 15, "fence", "n1", "n1", "measured"), start).startswith("fencing of n1 takes 15 s: a device")
    assert fix(Stretch(0, 15, "decide", "", "", "measured"), start).startswith("start of web takes 1 s: make it faster")


def test_one_finding_for_a_service_and_services_that_one_change_would_help_together() -> None:
    found = exploration(
        scenario("node-lost:n1", away("web", Stretch(0, 9, "detect", "", "", "default")), well("db")),
        scenario("node-lost:n2", away("web", Stretch(0, 9, "detect", "", "", "default")), well("db")),
        scenario("node-lost:n3", well("web"), away("db", Stretch(0, 9, "detect", "", "", "default"))),
        outage_target_s=5,
    )
    [one] = interruptions.findings(interruptions.answer(found, subject("web", "db")))
    assert one.summary == "web and db may be away for 9 s (by the catalog's defaults): node lost:n1"
    assert one.why == "targets.outage_s promises 5 s; 1 other is longer, too"


def test_without_a_target_there_is_nothing_above_it() -> None:
    found = exploration(scenario("node-lost:n1", LONG))
    result = interruptions.answer(found, subject("db"))
    assert result.above_target == ()
    assert list(interruptions.findings(result)) == []
    assert list(interruptions.findings(interruptions.answer(replace(found, outage_target_s=90), subject("db")))) == []
