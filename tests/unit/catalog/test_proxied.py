"""How long a proxy goes on to send clients to a server that is gone."""

import pytest

from quorate.catalog.proxied import CONNECT_S, REFUSED_S, Proxied


@pytest.mark.parametrize(("check_s", "died_s", "silent_s"), [(1.0, 1.1, 3.1), (3.0, 3.3, 9.3), (0.5, 0.55, 2.55)])
def test_two_checks_have_to_fail_the_second_comes_soon(check_s, died_s, silent_s):
    passed_on = Proxied("database", 3306, {"n1": "10.0.0.1"}, check_s=check_s, single=True)
    assert passed_on.died_s == pytest.approx(died_s)
    assert passed_on.silent_s == pytest.approx(silent_s)


def test_where_every_server_serves_one_that_refuses_a_connection_is_down_in_that_moment():
    passed_on = Proxied("identity", 5000, {"n1": "10.0.0.1"}, check_s=3.0)
    assert passed_on.died_s == REFUSED_S
    assert passed_on.silent_s == 2 * CONNECT_S
