"""Configurations made by hypothesis of all that pcs has commands for, with values that need quoting."""

from hypothesis import strategies as st
from tests.unit.dialect.generated import ID, maybe, names, pair_or_sets, scores, tuples, unique

from quorate.dialect import same
from quorate.dialect.crm.vocabulary import ACTIONS
from quorate.dialect.model import (
    AclRole,
    AclTarget,
    Agent,
    Alert,
    Bundle,
    Clone,
    Colocation,
    Configuration,
    DateExpression,
    Expression,
    FencingLevel,
    FencingTopology,
    Group,
    Location,
    Member,
    Node,
    NvSet,
    Op,
    Operations,
    Order,
    Pair,
    Permission,
    Primitive,
    Properties,
    Recipient,
    Rule,
    Tag,
    Ticket,
)

ROLES = ("Promoted", "Unpromoted", "Started", "Stopped")
values = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=8).filter(
    lambda text: text.strip() == text
)
numbers = st.integers(1, 9).map(str)


def pairs(low=0, of=values):
    return st.lists(st.builds(Pair, names, of), min_size=low, max_size=3, unique_by=lambda pair: pair.name).map(tuple)


def some(kind, of=values):
    """No set, or one: pcs has no words for a second."""
    return st.builds(lambda pairs: (NvSet(kind, pairs),) if pairs else (), pairs(of=of))


@st.composite
def operations(draw):
    """A monitor, for pcs makes one in any case, and others; no two of the same name and interval."""
    more = st.sampled_from([(), (("timeout", "20s"),), (("role", "Promoted"), ("on-fail", "fence"))])
    level = st.sampled_from([(), (NvSet("op_params", (Pair("OCF_CHECK_LEVEL", "20"),)),)])
    ops = [Op("monitor", (("interval", "10s"), *draw(more)), draw(level))]
    if draw(st.booleans()):
        ops.append(Op("monitor", (("interval", "11s"), ("role", "Unpromoted"))))
    if draw(st.booleans()):
        ops.append(Op("start", (("interval", "0s"), ("timeout", "60s"))))
    return (Operations(tuple(ops)),)


bodies = st.builds(
    lambda *parts: tuple(one for part in parts for one in part),
    some("params"),
    some("meta"),
    some("utilization", numbers),
    operations(),
)
agents = st.sampled_from(
    [Agent("ocf", "heartbeat", "Dummy"), Agent("ocf", "pacemaker", "Stateful"), Agent("systemd", None, "nginx"),
     Agent("stonith", None, "fence_ipmilan")]
)  # fmt: skip
dates = st.sampled_from(["2026-01-01", "2027-02-03"])
days = st.one_of(
    st.builds(DateExpression, st.just("gt"), start=dates),
    st.builds(DateExpression, st.just("lt"), end=dates),
    st.builds(DateExpression, st.just("in_range"), start=st.just("2026-01-01"), end=st.just("2027-02-03")),
    st.builds(DateExpression, st.just("in_range"), start=dates, fields=st.just((("hours", "2"),))),
    st.builds(DateExpression, st.just("date_spec"), fields=st.just((("hours", "9-16"), ("months", "2")))),
)
expressions = days | st.one_of(
    st.builds(Expression, names, st.sampled_from(["defined", "not_defined"])),
    st.builds(Expression, names, st.sampled_from(["lt", "eq"]), names, st.sampled_from([None, "string"])),
    st.builds(Expression, names, st.just("gte"), numbers, st.just("number")),
)
rules = st.one_of(
    st.builds(Rule, tuples(expressions, 1), st.sampled_from(["and", "or"]), scores, st.none(),
              st.sampled_from([None, "Promoted"])),
    st.builds(Rule, tuples(expressions, 1, 1), score_attribute=names),
)  # fmt: skip
default_rules = st.builds(Rule, tuples(days, 1), st.sampled_from(["and", "or"]), st.just("INFINITY"))
tickets = st.from_regex("[a-z][a-z0-9-]{0,6}", fullmatch=True)
given = st.lists(st.tuples(names, values), min_size=1, max_size=3, unique_by=lambda pair: pair[0]).map(tuple)
levels = st.just(
    (
        FencingLevel(1, "a,b", target="n1"),
        FencingLevel(2, "a", target="n1"),
        FencingLevel(1, "a", attribute=("rack", "1")),
        FencingLevel(1, "b", pattern="n.*"),
    )
)
recipients = st.builds(
    lambda value, description, one, other: Recipient(value, description, (*one, *other)),
    values,
    maybe() | values,
    some("attributes"),
    some("meta"),
)
permissions = st.builds(
    lambda kind, of, value: Permission(kind, ((of, value),)),
    st.sampled_from(["read", "write", "deny"]),
    st.sampled_from(["xpath", "reference"]),
    values,
)
ascii_values = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=8)
nodes = st.builds(lambda name, one, other: Node(uname=name, sets=(*one, *other)), st.sampled_from(["n1", "n2"]),
                  some("attributes", ascii_values), some("utilization", numbers))  # fmt: skip
where = st.sampled_from(
    [(), (("resource-discovery", "never"),), (("role", "Started"), ("resource-discovery", "never"))]
)
statements = st.one_of(
    nodes,
    st.builds(Primitive, id=names, agent=agents, body=bodies),
    st.builds(Bundle, id=names, engine=st.sampled_from(["docker", "podman"]), container=given,
              network=maybe() | given, mounts=tuples(given), sets=some("meta")),
    st.builds(Bundle, id=names, engine=st.just("docker"), container=given, network=given, ports=tuples(given)),
    st.builds(Location, id=names, resource=st.just(ID), attributes=where, score=scores, node=names),
    st.builds(Location, id=names, pattern=values, score=scores, node=names),
    st.builds(Location, id=names, resource=st.just(ID), attributes=where.filter(lambda said: len(said) < 2),
              rules=tuples(rules, 1)),
    pair_or_sets(Colocation, ROLES, score=scores, node_attribute=st.none()),
    pair_or_sets(Order, ACTIONS, kind=st.sampled_from([None, "Optional", "Serialize"]),
                 symmetrical=st.none() | st.booleans()),
    st.builds(Ticket, id=names, ticket=tickets, members=st.tuples(st.builds(Member, st.just(ID), st.just("Promoted"))),
              loss_policy=st.sampled_from([None, "stop"])),
    st.builds(FencingTopology, levels=levels),
    st.builds(Properties, kind=st.just("property"), pairs=pairs(1)),
    st.builds(Properties, kind=st.sampled_from(["rsc_defaults", "op_defaults"]), pairs=pairs(1), id=maybe()),
    st.builds(Properties, kind=st.sampled_from(["rsc_defaults", "op_defaults"]), pairs=pairs(1),
              rules=tuples(default_rules, 0, 1), id=names),
    st.builds(lambda id_, path, description, one, other, to: Alert(id=id_, path=path, description=description,
                                                                   sets=(*one, *other), recipients=to),
              names, values, maybe() | values, some("attributes"), some("meta"), tuples(recipients)),
    st.builds(Tag, id=names, members=st.just((ID,))),
    st.builds(AclRole, id=names, description=maybe() | values, permissions=tuples(permissions, 1)),
    st.builds(AclTarget, id=names, roles=unique(names, 1), is_group=st.booleans()),
)  # fmt: skip
BASE = tuple(
    Primitive(
        id=id_,
        agent=Agent("ocf", "heartbeat", "Dummy"),
        body=(Operations((Op("monitor", (("interval", "10s"),)),)),),
    )
    for id_ in (ID, "b", "in-group", "cloned")
)
containers = st.builds(
    lambda group, clone: (*group, *clone),
    st.just(()) | st.builds(lambda sets: (Group(id="some-group", members=("in-group",), sets=sets),), some("meta")),
    st.just(()) | st.builds(lambda sets: (Clone(id="some-clone", member="cloned", sets=sets),), some("meta")),
)
configurations = st.builds(
    lambda inside, said: Configuration((*BASE, *inside, *said)),
    containers,
    st.lists(statements, max_size=4, unique_by=same.name).filter(
        lambda said: not {same.name(one)[1] for one in said} & {"a", "b", "cloned"}
    ),
)
