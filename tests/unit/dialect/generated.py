"""Configurations made by hypothesis: every statement, with whatever values can stand in it."""

from hypothesis import strategies as st

from quorate.dialect.crm.vocabulary import ACTIONS, KINDS, ROLES, SET_WORDS
from quorate.dialect.model import (
    DEFAULT_IDS,
    AclRole,
    AclTarget,
    AclUser,
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
    ResourceSet,
    Rule,
    Select,
    Tag,
    Ticket,
)

_TAKEN = {*SET_WORDS, "op", "operations", "rule", "to", "select", "and", "or", "date", "defined", "not_defined"}
names = st.from_regex(r"[a-z][a-z0-9_-]{0,6}", fullmatch=True).filter(lambda name: name not in _TAKEN)
values = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=8)
some = values.filter(bool)
scores = st.sampled_from(["INFINITY", "-INFINITY", "0", "100", "-5"])
maybe = st.none
ID = "a"  # every name that a statement refers to is this one, and it is always defined
ids = names.filter(lambda name: name != ID)


def tuples(strategy, low=0, high=3):
    return st.lists(strategy, min_size=low, max_size=high).map(tuple)


def unique(strategy, low=0):
    return st.lists(strategy, min_size=low, max_size=3, unique=True).map(tuple)


attributes = tuples(st.tuples(names, some))
expressions = st.one_of(
    st.builds(Expression, names, st.sampled_from(["defined", "not_defined"])),
    st.builds(Expression, names, st.sampled_from(["lt", "eq"]), names, st.none() | st.just("number")),
    st.builds(Expression, names, st.just("gte"), names, st.none(), st.sampled_from(["param", "meta"])),
    st.builds(DateExpression, st.just("gt"), start=names),
    st.builds(DateExpression, st.just("in_range"), start=names, end=names),
    st.builds(DateExpression, st.just("in_range"), start=names, fields=st.just((("hours", "2"),))),
    st.builds(DateExpression, st.just("date_spec"), fields=st.just((("hours", "9-16"), ("months", "2")))),
)
rules = st.one_of(
    st.builds(Rule, tuples(expressions, 2), st.sampled_from(["and", "or"]), scores, st.none(), st.none() | names),
    st.builds(Rule, tuples(expressions, 1, 1), score_attribute=names, id=st.none() | names),
    st.builds(Rule, ref=names),
)
pairs = st.one_of(
    st.builds(Pair, names, st.none() | values),
    st.builds(Pair, names, values, id=names),
    st.builds(Pair, st.none() | names, ref=names),
)


def sets(*kinds):
    kind = st.sampled_from(kinds)
    return tuples(
        st.one_of(
            st.builds(NvSet, kind, tuples(pairs), tuples(rules, 0, 1), st.none() | scores, st.none() | ids),
            st.builds(NvSet, kind, ref=names),
        )
    )


ops = st.builds(
    lambda name, more, inner: Op(name, (("interval", "10s"), *more), inner),
    names,
    st.sampled_from([(), (("timeout", "20"),), (("role", "Master"), ("on-fail", "fence"))]),
    sets("op_params", "op_meta"),
)
operations = st.one_of(st.builds(Operations, tuples(ops, 1), st.none() | names), st.builds(Operations, ref=names))
bodies = st.builds(
    lambda before, block, after: (*before, *block, *after),
    sets("params", "meta", "utilization"),
    tuples(operations, 0, 1),
    sets("params", "meta", "utilization"),
)
agents = st.builds(Agent, st.just("ocf"), names, names) | st.builds(Agent, st.just("systemd"), st.none(), names)
described = st.none() | some
permissions = st.builds(
    Permission,
    st.sampled_from(["read", "write", "deny"]),
    st.one_of(
        st.tuples(st.tuples(st.sampled_from(["xpath", "reference"]), some)),
        st.tuples(st.tuples(st.just("object-type"), names), st.tuples(st.just("attribute"), names)),
    ),
    st.none() | st.just("some-id"),
    described,
)


@st.composite
def resource_sets(draw, words, low=2):
    """Sets that the language tells apart: no two neighbours without brackets have the same qualifier."""
    made = []
    for _ in range(draw(st.integers(low, 4))):
        plain = draw(st.booleans())
        qualifier = draw(st.none() | st.sampled_from(words))
        if plain and made and made[-1].sequential and made[-1].require_all and made[-1].qualifier == qualifier:
            plain = False
        members = (ID,) * draw(st.integers(1, 3))
        made.append(ResourceSet(members, qualifier, plain, True if plain else draw(st.booleans())))
    return tuple(made)


def pair_or_sets(model, words, **rest):
    members = st.builds(Member, st.just(ID), st.none() | st.sampled_from(words))
    return st.one_of(
        st.builds(model, id=names, members=st.tuples(members, members), **rest),
        st.builds(model, id=names, resource_sets=resource_sets(words), **rest),
    )


comments = tuples(some.map(lambda text: f"# {text}".strip()).filter(lambda text: not text.endswith("\\")), 0, 2)
container = st.builds(
    Bundle,
    id=names,
    engine=st.sampled_from(["docker", "rkt"]),
    container=attributes,
    network=attributes,
    ports=tuples(attributes),
    mounts=tuples(attributes),
    primitive=st.none() | st.just(ID),
    description=described,
    sets=sets("meta"),
)
levels = st.just(
    (
        FencingLevel(1, "a,a", target="n1"),
        FencingLevel(2, "a", target="n1"),
        FencingLevel(1, "a", attribute=("rack", "1")),
        FencingLevel(1, "a", pattern="n.*"),
    )
) | st.just((FencingLevel(1, "a"), FencingLevel(2, "a,a")))
recipients = st.builds(Recipient, some.filter(lambda text: text not in "{}"), described, sets("attributes", "meta"))
where = st.tuples(names, names).map(lambda pair: (("role", "Started"), ("resource-discovery", "never"))) | st.just(())
statements = st.one_of(
    st.builds(Node, uname=names, id=st.none() | names, type=st.none() | st.just("remote"), description=described,
              sets=sets("attributes", "utilization")),
    st.builds(Primitive, id=names, agent=agents, is_template=st.booleans(), description=described, body=bodies),
    st.builds(Primitive, id=names, agent=st.none(), template=st.just(ID), description=described, body=bodies),
    st.builds(Group, id=names, members=st.just((ID,)), description=described, sets=sets("params", "meta")),
    st.builds(Clone, id=names, member=st.just(ID), master=st.booleans(), description=described,
              sets=sets("params", "meta")),
    container,
    st.builds(Location, id=names, resource=st.just(ID), attributes=where, score=scores, node=names),
    st.builds(Location, id=names, pattern=some, rules=tuples(rules, 1)),
    st.builds(Location, id=names, resource_sets=resource_sets(ROLES, 1), score_attribute=names, node=names),
    pair_or_sets(Colocation, ROLES, score=scores, node_attribute=st.none() | names),
    pair_or_sets(Order, ACTIONS, kind=st.none() | st.sampled_from(KINDS), symmetrical=st.none() | st.booleans()),
    st.builds(Ticket, id=names, ticket=names, members=st.tuples(st.builds(Member, st.just(ID), st.just("Master"))),
              loss_policy=st.none() | st.just("stop")),
    st.builds(Ticket, id=names, ticket=names, resource_sets=resource_sets(ROLES)),
    st.builds(FencingTopology, levels=levels),
    st.builds(Properties, kind=st.sampled_from(["property", "rsc_defaults", "op_defaults"]), pairs=tuples(pairs),
              rules=tuples(rules), id=st.none() | names),
    st.builds(Alert, id=names, path=some, description=described, sets=sets("attributes", "meta"),
              select=st.none() | st.builds(Select, st.just(("nodes", "attributes")), unique(names, 1)),
              recipients=tuples(recipients)),
    st.builds(Tag, id=names, members=st.just((ID,))),
    st.builds(AclRole, id=names, description=described, permissions=tuples(permissions, 1)),
    st.builds(AclTarget, id=names, roles=unique(names, 1), is_group=st.booleans()),
    st.builds(AclUser, id=names, roles=unique(names),
              permissions=tuples(st.builds(Permission, st.just("read"), st.just((("xpath", "//a b"),))))),
)  # fmt: skip


def whole(statement):
    """What a configuration has but once: a set of properties, the fencing levels; all else is by itself."""
    if isinstance(statement, FencingTopology):
        return "levels"
    if isinstance(statement, Properties):
        return statement.kind, statement.id or DEFAULT_IDS[statement.kind]
    return id(statement)


def is_empty(statement):
    """Properties that say nothing, not even an id, cannot be written."""
    return isinstance(statement, Properties) and not (statement.pairs or statement.rules or statement.id)


configurations = st.builds(
    lambda one, said: Configuration((Primitive(id=ID, agent=Agent("ocf", "heartbeat", "Dummy")), *one), said),
    st.lists(statements, max_size=4, unique_by=whole).map(lambda said: [s for s in said if not is_empty(s)]),
    comments,
)
