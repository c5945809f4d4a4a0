"""The lab on a host with the unified cgroup layout; all other stories run in the layout that this machine has."""

import pytest

pytestmark = pytest.mark.lab


def test_build_and_fence_in_the_unified_layout(unified_stage):
    done = unified_stage.apply()
    assert done.returncode == 0, done.stderr
    assert "fencing proven on every node" in done.stderr
