"""What the tests of adopting share: the tools, and what a configuration says without ids that nobody refers to."""

from collections import Counter
from dataclasses import replace

from lxml import etree

from quorate.adopt.recognising import Tools
from quorate.adopt.run import adopt
from quorate.adopt.sorting import Input
from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.dialect.cib import read as from_cib
from quorate.findings import Severity
from quorate.render.cib import configuration

TOOLS = Tools(AgentLibrary.shipped(), PLATFORM)


def adopted(*texts, **options):
    """Adopt (name, text) pairs."""
    return adopt([Input(name, text) for name, text in texts], TOOLS, **options)


def cluster(text):
    """Load a cluster file that must have no error."""
    loaded = load(text, "adopted.yaml", kinds())
    assert loaded.cluster is not None, [f.summary for f in loaded.findings if f.severity is Severity.ERROR]
    return loaded.cluster


def rendered(text):
    """The <configuration> that a cluster file's text makes."""
    return configuration(cluster(text), TOOLS.agents, PLATFORM)


def objects(configuration_):
    """What a <configuration> says, each object counted; comments, and the places of objects, do not matter."""
    if isinstance(configuration_, str | bytes):
        configuration_ = etree.fromstring(configuration_)
    return Counter(replace(item, comments=()) for item in from_cib.read(configuration_).statements)
