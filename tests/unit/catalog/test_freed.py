"""A server waits until nobody listens at its address, against this machine's own ports and a made-up `ss`."""

import os
import subprocess
from pathlib import Path

import pytest
from tests.unit.catalog.test_haproxy import PROXY

from quorate.catalog.freed import PROGRAM, free, freed, freed_by
from quorate.catalog.proxied import Proxied
from quorate.catalog.proxy_conf import configuration
from quorate.dialect.haproxy.write import write

FILE = Path(__file__).parents[3] / "src/quorate/catalog/programs/free"
SS = """\
#!/bin/bash
echo "$*" >>"$0.asked"
left=$(cat "$0.left"); echo $((left - 1)) >"$0.left"
((left > 0)) && [[ $2 == *5000 ]] && echo LISTEN
exit 0
"""


@pytest.fixture
def asks(tmp_path):
    """Run the program with an ss that finds somebody at port 5000 a number of times; return what it was asked."""

    def run(times, *argv):
        (tmp_path / "ss").write_text(SS)
        (tmp_path / "ss").chmod(0o755)
        (tmp_path / "ss.left").write_text(str(times))
        path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
        subprocess.run(["bash", FILE, *argv], env=path, check=True, timeout=50)
        return (tmp_path / "ss.asked").read_text().splitlines()

    return run


def test_it_waits_for_each_port(asks):
    assert asks(2, "10.20.0.100", "9292", "5000") == [
        "-Hltn src 10.20.0.100:9292",
        "-Hltn src 10.20.0.100:5000",
        "-Hltn src 10.20.0.100:9292",
        "-Hltn src 10.20.0.100:5000",
    ]


def test_ipv6_stands_in_brackets(asks):
    assert asks(0, "fd00::100", "5000") == ["-Hltn src [fd00::100]:5000"]


def test_a_proxys_places_are_read_from_its_configuration(asks, tmp_path):
    servers = {"n1": "10.0.0.1"}
    passed_on = [Proxied("identity", 5000, servers), Proxied("database", 3306, servers, mode="tcp")]
    file = tmp_path / "quorate.cfg"
    file.write_text(write(configuration(PROXY, passed_on)))
    assert asks(1, "--bound-by", str(file)) == [
        "-Hltn src 10.20.0.100:5000",
        "-Hltn src 10.20.0.100:5000",
        "-Hltn src 10.20.0.100:3306",
    ]
    assert freed_by("/etc/haproxy/quorate.cfg") == f"ExecStartPre=-{PROGRAM} --bound-by /etc/haproxy/quorate.cfg"


def test_it_is_called_by_a_unit_that_starts_all_the_same():
    assert freed("10.20.0.100", [5000, 9292]) == f"ExecStartPre=-{PROGRAM} 10.20.0.100 5000 9292"
    assert (free().path, free().mode, free().content) == (PROGRAM, 0o755, FILE.read_text())
