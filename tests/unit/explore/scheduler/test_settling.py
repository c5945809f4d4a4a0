from quorate.explore.scheduler.settling import TRANSITIONS_MAX, Run, settle
from quorate.explore.scheduler.transition import Action, Placement, Transition

START = Action(1, "rsc_op", "start", "web", "n1")
STOP = Action(1, "rsc_op", "stop", "web", "n1")
FENCE = Action(1, "crm_event", "stonith", node="n2")
MARKER = Action(2, "pseudo_event", "stonith_complete", after=(1,))


def told(*runs):
    """Return a run function that gives these: (digest, actions, ids of what was done), the last one for ever."""
    return lambda count: Run(
        Placement(), runs[min(count, len(runs) - 1)][0], transition(*runs[min(count, len(runs) - 1)][1:])
    )


def transition(actions, done):
    return Transition(tuple(actions), frozenset(done))


def test_it_is_at_rest_when_nothing_is_left_to_do():
    settled = settle(told(("a", [START], [1]), ("b", [], [])))
    assert settled.quiet
    assert settled.digest == "b"
    assert settled.transitions == (transition([START], [1]),)


def test_markers_alone_are_rest_and_are_not_told():
    settled = settle(told(("a", [START], [1]), ("b", [MARKER], [2])))
    assert settled.quiet
    assert len(settled.transitions) == 1


def test_fencing_that_fails_is_rest_and_is_told():
    settled = settle(told(("a", [FENCE, MARKER], [])))
    assert settled.quiet
    assert settled.transitions == (transition([FENCE, MARKER], []),)


def test_what_is_only_announced_is_rest():
    notify, cancel = (Action(id_, "rsc_op", task, "db", "n1") for id_, task in ((3, "notify"), (4, "cancel")))
    settled = settle(told(("a", [notify, cancel, FENCE, MARKER], [3, 4])))
    assert settled.quiet
    assert len(settled.transitions) == 1


def test_a_circle_is_named():
    circle = [("a", [START], [1]), ("b", [STOP], [1])]
    settled = settle(told(("z", [FENCE], [1]), *circle, *circle))
    assert not settled.quiet
    assert settled.cycle == ("a", "b")


def test_a_probe_that_changes_nothing_is_no_circle():
    probe = Action(1, "rsc_op", "monitor", "web", "n1")
    settled = settle(told(("a", [probe], [1]), ("a", [START], [1]), ("b", [], [])))
    assert settled.quiet
    assert settled.cycle == ()


def test_what_never_repeats_is_bounded():
    settled = settle(lambda count: Run(Placement(), str(count), transition([START], [1])))
    assert not settled.quiet
    assert settled.cycle == ()
    assert len(settled.transitions) == TRANSITIONS_MAX
