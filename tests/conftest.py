"""Which tests this machine can run, and what is said aloud about those that it cannot."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# How long an example takes is the machine's affair: a busy one is no failure.
settings.register_profile("quorate", deadline=None)
settings.load_profile("quorate")

TOOLS = ("crm_verify", "crm_simulate", "corosync", "fence_ipmilan")
LEFT_OUT: Counter[str] = Counter()


@pytest.fixture(scope="session", autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what commands remember out of the user's own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


def why_not(item: pytest.Item) -> str | None:
    """Return why this machine cannot run a test, None when it can."""
    if item.get_closest_marker("lab") and os.geteuid() != 0:
        return "boots real nodes, which needs root"
    if item.get_closest_marker("lab") and shutil.which("ipmitool") is None:
        return "asks BMCs with ipmitool (as root, tools/install-cluster-tools installs it)"
    if item.get_closest_marker("tools"):
        missing = [tool for tool in TOOLS if shutil.which(tool) is None]
        if missing:
            return f"needs {', '.join(missing)} (as root, tools/install-cluster-tools installs them)"
    if item.get_closest_marker("sshd") and not Path("/usr/sbin/sshd").exists():
        return "needs the OpenSSH server, which need not run (apt-get install openssh-server)"
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take out what cannot run here, and remember why."""
    kept, left = [], []
    for item in items:
        reason = why_not(item)
        (left if reason else kept).append(item)
        if reason:
            LEFT_OUT[reason] += 1
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand on what was left out, where this is one of several processes that share the tests (pytest-xdist)."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left out"] = dict(LEFT_OUT)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take it over from one of them: each has collected all tests, and so left out the same."""
    for reason, number in getattr(node, "workeroutput", {}).get("left out", {}).items():
        LEFT_OUT[reason] = max(LEFT_OUT[reason], number)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out."""
    for report in terminalreporter.stats.get("skipped", []):
        LEFT_OUT[str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)] += 1
    for reason, number in LEFT_OUT.items():
        terminalreporter.write_line(f"LEFT OUT: {number} tests: {reason}", yellow=True, bold=True)
