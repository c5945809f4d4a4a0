"""The facts shipped about agents are what the agents themselves say, where this machine has the same packages."""

import os
import subprocess

import pytest

from quorate.catalog.agents import AgentLibrary, parse_metadata, shipped_version
from quorate.describe.resources import AgentName

pytestmark = pytest.mark.tools


def printed(*argv):
    environment = os.environ | {"OCF_ROOT": "/usr/lib/ocf", "PYTHONWARNINGS": "ignore"}
    return subprocess.run(argv, capture_output=True, text=True, env=environment, timeout=60, check=False).stdout


@pytest.mark.parametrize(
    ("name", "argv"),
    [
        ("ocf:heartbeat:apache", ("/usr/lib/ocf/resource.d/heartbeat/apache", "meta-data")),
        ("ocf:heartbeat:IPaddr2", ("/usr/lib/ocf/resource.d/heartbeat/IPaddr2", "meta-data")),
        ("ocf:heartbeat:mariadb", ("/usr/lib/ocf/resource.d/heartbeat/mariadb", "meta-data")),
        ("ocf:pacemaker:Stateful", ("/usr/lib/ocf/resource.d/pacemaker/Stateful", "meta-data")),
        ("stonith:fence_ipmilan", ("/usr/sbin/fence_ipmilan", "-o", "metadata")),
    ],
)
def test_an_agent_says_what_is_shipped(name, argv):
    package = "fence-agents" if name.startswith("stonith") else "resource-agents"
    package = "pacemaker" if ":pacemaker:" in name else package
    version = printed("dpkg-query", "-W", "-f", "${Package} ${Version}", package)
    if version not in shipped_version():
        pytest.skip(f"this machine has {version or f'no {package}'}, the shipped facts are from {shipped_version()}")
    agent = AgentName.parse(name)
    assert parse_metadata(printed(*argv), agent) == AgentLibrary.shipped().get(agent)


def test_pacemaker_has_a_timeout_of_its_own_for_systemd():
    """Pacemaker keeps no file of what it assumes for systemd units; the words stand in its library."""
    library = printed("sh", "-c", "strings -n 20 /usr/lib/*/libcrmservice.so.* 2>/dev/null")
    if not library:
        pytest.skip("no strings(1) or no libcrmservice here")
    unit = AgentLibrary.shipped().get(AgentName.parse("systemd:nginx"))
    for action in unit.actions:
        assert f'<action name="{action.name}"' in library
        line = next(line for line in library.splitlines() if f'<action name="{action.name}"' in line)
        assert f'timeout="{action.timeout_s:.0f}"' in line
        assert action.interval_s is None or f'interval="{action.interval_s:.0f}"' in line
