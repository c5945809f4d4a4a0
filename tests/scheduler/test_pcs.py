"""What we write in commands of pcs makes the CIB that we mean, and what pcs prints of a CIB we read as it has it.

The CIBs are compared by crm_diff. Before, ids of sets, pairs, operations and rules are given anew, by one rule for
both, and what only one of them says but both mean (the action start, "and" for a single test) is said by neither.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from lxml import etree
from tests.scheduler.test_crm_shell import CLUSTERS, EMPTY, SCHEMA, differences
from tests.unit.dialect.generated_pcs import configurations
from tests.unit.dialect.pcs_cases import CASES, LIBRARY

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.dialect import same
from quorate.dialect.cib import read as from_cib
from quorate.dialect.cib.ids import Ids
from quorate.dialect.cib.write import write as to_cib
from quorate.dialect.model import AclRole, AclTarget, Configuration, FencingTopology, Node
from quorate.dialect.pcs import shell, templates
from quorate.dialect.pcs.commands.properties import READ_ONLY
from quorate.dialect.pcs.read import read
from quorate.dialect.pcs.write import write
from quorate.dialect.text import Text
from quorate.lines import Lines
from quorate.render.cib import configuration as rendered

pytestmark = [
    pytest.mark.tools,
    pytest.mark.skipif(not shutil.which("pcs"), reason="pcs is not installed: see tools/install-cluster-tools"),
]
# In the other there are rules of parameters, select, a set of resources in a location: pcs has no words for them.
SAYABLE = [path for path in CLUSTERS if path.parent.name != "crm-text"]
READABLE = [case for case in CASES if case.name in {"whole", "printed"}]
ROLES = {"Master": "Promoted", "Slave": "Unpromoted"}
UNSAID = {("first-action", "start"), ("then-action", "start"), ("rsc-role", "Started"), ("with-rsc-role", "Started"),
          ("kind", "Mandatory"), ("boolean-op", "and"), ("enabled", "true")}  # fmt: skip
KEEP_ID = {"node", "primitive", "template", "group", "clone", "bundle", "rsc_location", "rsc_colocation", "rsc_order",
           "rsc_ticket", "tag", "obj_ref", "resource_ref", "alert", "acl_role", "acl_target", "acl_group", "role",
           "cluster_property_set"}  # fmt: skip
# Each command in a process of its own, but pcs is loaded once.
RUNNER = """
import json, os, sys, traceback
from pcs import app
for argv in json.load(sys.stdin):
    child = os.fork()
    if not child:
        try:
            app.main(argv)
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        except BaseException:
            traceback.print_exc()
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        sys.exit("failed: pcs " + " ".join(argv))
"""


def argvs(text):
    """The commands of a text as pcs gets them from a shell."""
    found = shell.commands(text, Text(Lines("x", text)))
    return [[token.text for token in item.tokens[1:]] for item in found if isinstance(item, shell.Words)]


def run_pcs(commands, cib, folder):
    """Run commands on a CIB in a file; return what they printed."""
    environment = os.environ | {"HOME": str(folder), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["/usr/bin/python3", "-c", RUNNER], input=json.dumps([["-f", str(cib), *argv] for argv in commands]),
        capture_output=True, text=True, env=environment, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def made_by_pcs(commands, folder, nodes=()):
    """The CIB that pcs makes of commands, from one that has nothing but nodes."""
    cib = folder / "theirs.xml"
    whole = etree.fromstring(EMPTY)
    for number, name in enumerate(nodes, 1):
        etree.SubElement(whole.find(".//nodes"), "node", id=str(number), uname=name)
    cib.write_bytes(etree.tostring(whole))
    run_pcs(commands, cib, folder)
    return etree.fromstring(cib.read_bytes())


def ours(configuration):
    whole = etree.fromstring(EMPTY)
    whole.replace(whole.find("configuration"), to_cib(configuration).configuration)
    return whole


def plain(cib):
    """A CIB in which ids are given by one rule, and what goes without saying is not said."""
    cib = etree.fromstring(etree.tostring(cib), etree.XMLParser(remove_blank_text=True))
    for element in cib.iter(etree.Element):
        for name, value in list(element.items()):
            if (name, value) in UNSAID or (name == "id" and element.tag not in KEEP_ID):
                del element.attrib[name]
            elif value in ROLES and name in {"role", "rsc-role", "with-rsc-role"}:
                element.set(name, ROLES[value])
        if element.tag == "rule" and len(element) == 1:
            element.attrib.pop("boolean-op", None)  # of a single test "or" says no more than "and"
        if element.tag == "op" and element.get("interval") in {"0", "0s"}:
            element.set("interval", "0")
    for emptied in [one for one in cib.iter("meta_attributes", "instance_attributes", "utilization") if not len(one)]:
        emptied.getparent().remove(emptied)
    for node in cib.findall(".//node"):
        node.attrib.pop("type", None)
        node.set("id", node.get("uname"))
    for pair in cib.findall(".//cluster_property_set/nvpair"):
        if pair.get("name") in READ_ONLY:
            pair.getparent().remove(pair)
    configuration = cib.find("configuration")
    for section in list(configuration):
        ids = Ids()
        for child in section:
            if child.tag == "cluster_property_set":
                child.set("id", "cib-bootstrap-options")
            if child.tag == "fencing-level":  # several have no name of their own
                child.set("id", "-".join(value for _, value in sorted(child.items())).replace(",", "-"))
            if child.tag == "meta_attributes":
                child.set("id", section.tag + "-" + "-".join(sorted(pair.get("name") for pair in child.iter("nvpair"))))
            for operations in child.iter("operations"):
                operations[:] = sorted(operations, key=lambda op: sorted(op.items()))
            ids.give(child)
        if not len(section) and section.tag not in {"crm_config", "nodes", "resources", "constraints"}:
            configuration.remove(section)
    return cib


def without_nodes_that_have_nothing(cib):
    for node in cib.findall(".//node"):
        if not len(node):
            node.getparent().remove(node)
    return cib


def assert_same(theirs, configuration, folder):
    found = differences(
        without_nodes_that_have_nothing(plain(theirs)),
        without_nodes_that_have_nothing(plain(ours(configuration))),
        folder,
    )
    assert "\n".join(found) == ""


def told(path):
    cluster = load(path.read_bytes(), "cluster.yaml", kinds()).cluster
    return from_cib.read(rendered(cluster, AgentLibrary.shipped(), PLATFORM))


def filled_in(configuration):
    return Configuration(templates.filled_in(configuration.statements))


def names(configuration):
    return [one.uname for one in configuration.statements if isinstance(one, Node)]


@pytest.mark.parametrize("path", SAYABLE, ids=lambda path: path.parent.name)
def test_what_we_write_of_a_cib_pcs_makes_into_it_again(path, tmp_path):
    configuration = told(path)
    written = write(configuration)
    assert {finding.code for finding in written.findings} <= {"set-by-the-cluster", "template-filled-in"}
    assert_same(made_by_pcs(argvs(written.text), tmp_path, names(configuration)), filled_in(configuration), tmp_path)


@pytest.mark.parametrize("path", SAYABLE, ids=lambda path: path.parent.name)
def test_what_pcs_prints_we_read_as_the_cib_has_it(path, tmp_path):
    """pcs 0.11.5 prints the commands of resources and fencing devices, and of nothing else."""
    configuration = filled_in(told(path))
    cib = tmp_path / "cib.xml"
    cib.write_bytes(etree.tostring(ours(configuration)))
    shown = run_pcs([[kind, "config", "--output-format", "cmd"] for kind in ("stonith", "resource")], cib, tmp_path)
    reading = read(shown.replace("\npcs", "\npcs"), "shown")
    assert reading.findings == ()
    made = same.configuration(reading.configuration)
    kinds_ = {"Primitive", "Group", "Clone", "Bundle"}
    assert made == {key: one for key, one in same.configuration(configuration).items() if key[0] in kinds_}


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name in {"whole", "printed"}], ids=lambda case: case.name
)
def test_pcs_makes_what_we_read(case, tmp_path):
    """What is typed in, without what no cluster need be there for."""
    reading = read((case / "expected.sh").read_text(), "expected.sh", library=LIBRARY)
    theirs = made_by_pcs(argvs((case / "expected.sh").read_text()), tmp_path, ("n1", "n2", "n3"))
    assert_same(theirs, reading.configuration, tmp_path)


@settings(
    max_examples=8, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(configurations)
def test_pcs_makes_what_we_write(configuration):
    """Of generated configurations those that the schema allows; pcs 0.11.5 does not escape values in a CIB."""
    levels = [one for one in configuration.statements if isinstance(one, FencingTopology)]
    assume(len(configuration.statements) > 6 and not levels)
    roles = {one.id for one in configuration.statements if isinstance(one, AclRole)}
    wanted = {role for one in configuration.statements if isinstance(one, AclTarget) for role in one.roles}
    assume(wanted <= roles)  # pcs refuses to name a role that is not there
    made = ours(configuration)
    assume(etree.RelaxNG(etree.parse(SCHEMA)).validate(made))
    assume(not any(set(value) & set('<"&') for element in made.iter() for value in element.attrib.values()))
    with TemporaryDirectory() as folder:
        theirs = made_by_pcs(argvs(write(configuration).text), Path(folder), ("n1", "n2"))
        assert_same(theirs, configuration, Path(folder))


def test_pcs_makes_what_we_read_of_what_is_typed_in(tmp_path):
    """The operations that agents advise, ids, positions in groups, what is taken away: all of it in short commands."""
    text = next(case for case in CASES if case.name == "whole").joinpath("text.sh").read_text()
    text = text.replace("systemd:nginx", "ocf:heartbeat:Dummy")  # an agent that is here
    reading = read(text, "text.sh", library=LIBRARY)
    commands = [argv for argv in argvs(text) if argv[0] not in {"cluster", "quorum", "status"}]
    theirs = made_by_pcs(commands, tmp_path, ("n1", "n2", "n3"))
    assert_same(theirs, reading.configuration, tmp_path)
