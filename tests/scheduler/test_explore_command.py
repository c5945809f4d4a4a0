"""The whole command on the blueprints, asked of the scheduler that is here; what it says can be seen again by hand."""

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from lxml import etree

from quorate.catalog.services import kinds
from quorate.errors import UsageError
from quorate.explore.scheduler.installed import found
from quorate.ui.commands.check import command as check
from quorate.ui.commands.explore import command as explore

pytestmark = pytest.mark.tools
ROOT = Path(__file__).parents[2]
BLUEPRINTS = sorted((ROOT / "src/quorate/catalog/blueprints").glob("*.yaml"))
SCHEMA = json.loads((ROOT / "docs/reference/exploration.schema.json").read_text())
WEB = kinds()["web"].example


@pytest.fixture(autouse=True, scope="module")
def places(tmp_path_factory):
    """One cache for these tests, and no measured durations."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name)))
        yield


@pytest.fixture
def web(tmp_path):
    path = tmp_path / "web.yaml"
    path.write_text(WEB)
    return path


def called(*words):
    done = CliRunner().invoke(explore, [str(word) for word in words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def asked(*words):
    done = called(*words, "--format", "json")
    return json.loads(done.stdout), done


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_a_blueprint_is_explored_whole(path, tmp_path):
    data, done = asked(path, "-o", tmp_path / "page.html")
    Draft202012Validator(SCHEMA).validate(data)
    assert done.exit_code == {"held": 0, "violated": 1, "unknown": 3}[data["verdict"]]
    assert len(data["scenarios"]) == data["total"] > 20
    kinds_found = {one["failures"][0].partition(":")[0] for one in data["scenarios"]}
    assert kinds_found >= {"node-lost", "node-standby", "partition", "resource-failed", "fencing-silent"}
    assert all(one["replay"] for one in data["scenarios"] if one["worst"] != "unaffected")
    assert data["not_covered"]
    text = called(path).stdout
    assert [line for line in text.splitlines() if len(line) > 100 and "crm_" not in line and "# " not in line] == []


def test_the_loss_of_the_node_that_serves_is_survived(web):
    data, _ = asked(web, "--fault", "node-lost")
    states = sorted(one["worst"] for one in data["scenarios"])
    assert states.count("interrupted") == 1
    assert "down" not in states
    [hit] = [one for one in data["scenarios"] if one["worst"] == "interrupted"]
    [impact] = hit["impacts"]
    assert impact["after"] != impact["before"]
    assert 2.9 < impact["interruption"]["seconds"] < 10


def test_its_command_lines_show_the_same(web, tmp_path):
    data, _ = asked(web, "--fault", "node-lost", "--save-cib", tmp_path / "cib.xml")
    [hit] = [one for one in data["scenarios"] if one["worst"] == "interrupted"]
    folder = str(Path(found("crm_simulate")).parent)
    subprocess.run(
        ["sh", "-e"],
        input=hit["replay"],
        text=True,
        cwd=tmp_path,
        env={"PATH": f"{folder}:/usr/bin:/bin", "CIB_shadow_dir": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    started = etree.parse(str(tmp_path / "1.xml")).xpath(
        "//node_state[.//lrm_resource[@id='site-apache']/lrm_rsc_op[@operation='start' and @rc-code='0']]/@uname"
    )
    assert list(hit["impacts"][0]["after"]) == started


def test_without_fencing_both_sides_of_a_partition_run_it(web):
    text = WEB.replace("fencing:\n  ipmi:", "fencing:\n  enabled: false\n  ipmi:")
    assert text != WEB
    web.write_text(text)
    data, done = asked(web, "--fault", "partition", "--fault", "node-hung")
    assert done.exit_code == 1
    assert "two copies" in {one["worst"] for one in data["scenarios"]}
    assert "2 COPIES" in called(web, "--fault", "partition", "--fault", "node-hung").stdout


def test_pairs_and_the_cache(web):
    first, _ = asked(web, "--depth", 2, "--fault", "node-lost")
    again, _ = asked(web, "--depth", 2, "--fault", "node-lost")
    assert again == first
    assert any(len(one["failures"]) == 2 for one in first["scenarios"])


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("--service", "sight"), "site"),
        (("--fault", "node-lots"), "node-lost"),
        (("--fault", "node-lost:n9"), "node-lost:n"),
        (("--fault", "nothing-like-it"), ""),
    ],
)
def test_what_there_is_not_is_refused_with_what_is_near(web, words, near):
    with pytest.raises(UsageError) as error:
        called(web, *words)
    assert words[1] in error.value.message
    assert near in error.value.hint


def test_a_cluster_without_services_has_nothing_to_lose(tmp_path):
    path = tmp_path / "empty.yaml"
    path.write_text(WEB.partition("services:")[0])
    done = called(path)
    assert done.exit_code in {0, 1}
    assert "Traceback" not in done.output


def test_check_tells_of_it(web):
    done = CliRunner().invoke(check, [str(web)])
    assert done.exit_code == 0
    assert "info[single-point-of-failure]" in done.output
    assert "failures-not-explored" not in done.output
