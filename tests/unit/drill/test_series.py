"""Several runs: their verdict, their figures, what is kept of them."""

import json
from dataclasses import replace

from quorate.drill.history import Recording
from quorate.drill.outcome import Outcome, judge_run
from quorate.drill.series import Plan, Run, Series, by_fault, to_json
from quorate.drill.verdict import Verdict


def of(recording: Recording, fault: str, target_s: float = 10) -> Outcome:
    return judge_run(replace(recording, about=replace(recording.about, fault=fault, target_s=target_s, seed=3)))


def test_the_worst_run_makes_the_verdict_and_none_is_not_enough(recording: Recording) -> None:
    held, violated = Run("01", of(recording, "power-cut")), Run("02", of(recording, "power-cut", target_s=1))
    plan = Plan(faults=("power-cut",) * 4)
    assert Series(plan, ()).verdict is Verdict.UNKNOWN
    assert Series(plan, (held,)).verdict is Verdict.HELD
    assert Series(plan, (held, Run("02", None, "was cut off"))).verdict is Verdict.UNKNOWN
    whole = Series(plan, (held, violated))
    assert (whole.verdict, whole.count(Verdict.HELD), whole.left) == (Verdict.VIOLATED, 1, 2)


def test_runs_of_a_fault_are_counted_together(recording: Recording) -> None:
    outcomes = [of(recording, "freeze"), of(recording, "power-cut", target_s=1), of(recording, "freeze")]
    found = by_fault(outcomes)
    assert [(one.fault, one.runs, one.held) for one in found] == [("freeze", 2, 2), ("power-cut", 1, 0)]
    assert found[0].outage_s_median == found[0].outage_s_max


def test_its_json_is_plain_and_the_plan_comes_back(recording: Recording) -> None:
    plan = Plan(faults=("power-cut", "standby"), seed=5, repeat="quorate drill --seed 5", ended="interrupted")
    runs = (Run("01-power-cut", of(recording, "power-cut")), Run("02-standby", None, "interrupted"))
    value = json.loads(json.dumps(to_json(Series(plan, runs))))
    assert Plan.parse(value) == plan
    assert (value["schema"], value["verdict"]) == ("quorate.suite/1", "unknown")
    first, second = value["runs"]
    assert (first["outage_s"], first["seed"], first["lost"]) == (6.126866, 3, None)
    assert second == {"folder": "02-standby", "verdict": "unknown", "unjudged": "interrupted"}
