"""`make conformance`: what it compares, what it says, and what it ends with."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tools.conformance import difference, held_twice

from quorate.errors import Missing
from quorate.explore.scheduler.compiling import compiled
from quorate.explore.scheduler.transition import Action, Instance, Placement, Settled, Transition

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.tools

START = Action(1, "rsc_op", "start", "web", "n1")
ONE = Settled(
    (Transition((START,), frozenset({1})),),
    Placement({"n1": "online"}, frozenset({Instance("web", "n1", "Started")})),
    "abc",
)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (replace(ONE, transitions=(Transition((replace(START, after=(2,)),), frozenset({1})),)), "actions differ"),
        (replace(ONE, transitions=(Transition((START,), frozenset()),)), "carried out by one of them alone: [1]"),
        (replace(ONE, transitions=()), "1 transitions, and 0"),
        (replace(ONE, placement=Placement({"n1": "unclean"}, ONE.placement.instances)), "placement: [('n1', 'online')"),
        (replace(ONE, placement=Placement(ONE.placement.nodes)), "Instance(resource='web'"),
        (replace(ONE, digest="abd"), "True abc, and True abd"),
        (replace(ONE, quiet=False), "True abc, and False abc"),
        ("it ended", "crm_simulate: 1 transitions; worker: it ended"),
    ],
)
def test_every_difference_is_told(other, said):
    assert said in difference(ONE, other)
    assert difference(ONE, replace(ONE)) == ""
    assert difference("it refuses", "for another reason") == ""


def conformance(*words):
    argv = [sys.executable, "-m", "tools.conformance", *map(str, words)]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def inputs(tmp_path):
    try:
        compiled()
    except Missing as missing:
        pytest.skip(missing.message)
    for number, case in enumerate(sorted((ROOT / "tests/data/render").glob("*/cib.xml"))[:2]):
        shutil.copy(case, tmp_path / f"{number}.xml")
    return tmp_path


def test_a_folder_of_cibs_is_compared(inputs):
    done = conformance(inputs)
    assert (done.returncode, done.stdout) == (0, "2 inputs, 2 identical, 0 different\n"), done.stderr


def test_what_is_no_cib_is_named_and_ends_with_1(inputs):
    (inputs / "broken.xml").write_text("<cib")
    done = conformance(inputs)
    assert done.returncode == 1
    assert done.stdout.startswith("broken.xml: this is no CIB")
    assert done.stdout.endswith("3 inputs, 2 identical, 1 different\n")


def test_synthetic_clusters_are_compared_without_a_folder(inputs):
    done = conformance("--scenarios", "4")
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith(" identical, 0 different\n")


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    assert conformance(tmp_path / "none").returncode == 2


TWICE = """<cib><status><node_state id="1"><lrm id="1"><lrm_resources><lrm_resource id="web"/><lrm_resource id="{}"/>
</lrm_resources></lrm></node_state><node_state id="2"><lrm id="1"/></node_state></status></cib>"""


def test_an_id_that_a_status_holds_twice_is_found():
    assert held_twice(TWICE.format("web")) == "web"
    assert held_twice(TWICE.format("db")) == ""
