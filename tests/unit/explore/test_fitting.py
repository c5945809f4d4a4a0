from quorate.explore.fitting import Fit, Load, fit

ALL = frozenset({"n1", "n2", "n3"})


def of(*loads: int) -> list[Load]:
    return [Load(f"l{number}", {"memory": needs}, ALL) for number, needs in enumerate(loads)]


def test_where_laying_the_largest_first_fails_another_way_is_found() -> None:
    # The largest first: 6 goes to n2, where it fits best, 4 and 3 to n1, and the other 3 nowhere; but 6 + 3, 4 + 3 fit.
    assert fit(of(3, 3, 6, 4), {"n1": {"memory": 9}, "n2": {"memory": 7}}) == Fit(True)


def test_what_does_not_fit_is_named() -> None:
    assert fit(of(4, 4, 4), {"n1": {"memory": 6}, "n2": {"memory": 6}}) == Fit(False, ("l2",))


def test_a_load_lies_where_it_may_and_needs_every_attribute() -> None:
    load = Load("db", {"memory": 1, "cpu": 1}, frozenset({"n1"}))
    assert fit([load], {"n1": {"memory": 1}, "n2": {"memory": 9, "cpu": 9}}) == Fit(False, ("db",))
    assert fit([load], {"n1": {"memory": 1, "cpu": 1}}) == Fit(True)


def test_it_gives_up_and_says_so() -> None:
    loads = of(*range(52, 100, 2))  # 24 even loads, 1800 together
    odd = {"n1": {"memory": 451}, "n2": {"memory": 451}, "n3": {"memory": 451}, "n4": {"memory": 449}}  # 1802
    assert fit(loads, odd).fits is None  # even loads fill 450, 450, 450 and 448 of it: 1798
    assert len(fit(loads, odd).left_over) > 0


def test_what_is_too_much_for_all_together_needs_no_search() -> None:
    assert fit(of(*range(52, 100, 2)), {f"n{n}": {"memory": 449} for n in range(4)}).fits is False
