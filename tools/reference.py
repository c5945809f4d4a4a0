"""Write docs/reference/ from the code, so that it cannot be out of date; tests/unit/test_tidy.py compares the two.

python tools/reference.py           write the pages
python tools/reference.py --check   exit 1 when a page is not what the code says
"""

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import click

from quorate.adopt.mending import rules as mends
from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms import platforms
from quorate.catalog.service import Service
from quorate.catalog.services import kinds
from quorate.check.run import rules
from quorate.describe.load import load
from quorate.describe.schema import schema
from quorate.describe.vocabulary import FAILURES
from quorate.dialect.corosync.reloading import SERIES, TABLE, Taken
from quorate.drill.fault import Setting
from quorate.drill.faults import faults
from quorate.drill.ground import Kind as Ground
from quorate.drill.meaning import Faced
from quorate.drill.suite import ORDER
from quorate.explore import universe
from quorate.explore.answers import questions
from quorate.explore.of_cluster import of_cluster
from quorate.explore.rates import DEFAULTS
from quorate.ui.main import quorate

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
MADE = "<!-- Made by tools/reference.py from the code; change it there. -->\n"
SEVERITIES = ("ERROR", "WARNING", "INFO")
PARTS = ("Why", "What to do", "What it becomes", "Source")

Schema = dict[str, Any]


# --- commands ------------------------------------------------------------------------------------------------------

EXIT_CODES = """\
| exit code | meaning |
| --- | --- |
| 0 | held: sound, done, nothing to do |
| 1 | findings, differences, or violated |
| 2 | the call was wrong, or this machine lacks something |
| 3 | unknown: it could not be found out |
| 4 | refused: it needs a yes |
| 70 | a defect of quorate's; it names a file to report |
| 130 | interrupted |
"""


def commands() -> Iterator[str]:
    """The page of commands: what --help says."""
    yield "# Commands\n"
    yield "`--format json` prints the result on standard output, progress goes to standard error. Colours honour"
    yield "`NO_COLOR`. FILE may be `-` for standard input.\n"
    yield EXIT_CODES
    # The width is given, so that the page does not depend on the terminal it was made in.
    yield from helps(
        quorate, click.Context(quorate, info_name="quorate", terminal_width=100, **quorate.context_settings)
    )


def helps(command: click.Command, context: click.Context) -> Iterator[str]:
    """One section per command and subcommand."""
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from helps(found, click.Context(found, info_name=name, parent=context))
    else:
        yield f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"


# --- services ------------------------------------------------------------------------------------------------------


def services() -> Iterator[str]:
    """The page of service kinds: docstring, options, example."""
    yield "# Kinds of services\n"
    yield "An entry of the section `services` is one of these. Every kind takes `nodes` (where it may run; default: on"
    yield "all nodes) and `meta` (Pacemaker's meta attributes) as well. `quorate new KIND` prints the example.\n"
    whole = schema(kinds())
    for name, kind in kinds().items():
        yield f"## {name}\n\n{inspect.getdoc(kind)}\n"
        yield from options(kind, whole["$defs"][f"service-{name}"], whole)
        yield f"\n```yaml\n{kind.example.strip()}\n```\n"
    yield from parts(whole)


def parts(whole: Schema) -> Iterator[str]:
    """A section for each option that is a mapping of its own, once for all the kinds that take it."""
    shown: set[str] = set()
    for kind in kinds():
        for name, value in whole["$defs"][f"service-{kind}"]["properties"].items():
            for inner in refs(value):
                if name not in shown:
                    shown.add(name)
                    definition = whole["$defs"][inner]
                    yield f"## {name}\n\n{definition['description']}\n"
                    yield from table(definition, whole, f"{name}.")


def options(kind: type[Service], definition: Schema, whole: Schema) -> Iterator[str]:
    """A table of the options of a kind; the docstring above it says what they mean."""
    yield "| key | value | default |\n| --- | --- | --- |"
    required = set(definition.get("required", ()))
    for name, value in definition["properties"].items():
        words = f"[mapping](#{name})" if refs(value) else shape(value, whole)
        field = kind.model_fields.get(name)
        given = field.default if field and not field.is_required() else None
        plain = "" if given in (None, (), {}) else str(given).lower()
        default = f"{given:g}s" if words == "duration" and plain else plain
        key = f"**`{name}`**" if name in required else f"`{name}`"
        yield f"| {key} | {words} | {default} |"


# --- rules ---------------------------------------------------------------------------------------------------------


def findings() -> Iterator[str]:
    """The page of rules: a list of all, then each module's docstring."""
    yield "# Rules\n"
    yield "What `quorate check` looks for. The word in brackets of a finding leads here. Findings about the form of the"
    yield "file (unknown keys, wrong types, durations without a unit) say all there is to say and have no section.\n"
    yield "An error is refused by `apply`: it cannot work, or can lose data. A warning works until the day it matters;"
    yield "`check --strict` fails on it. Info is worth knowing and changes no exit code.\n"
    yield "| rule | severity | what it says |\n| --- | --- | --- |"
    for code, module in rules().items():
        yield f"| [{code}](#{code}) | {severities(module)} | {first_line(module)} |"
    yield ""
    for code, module in rules().items():
        yield f"## {code}\n\n{paragraphs(module)}\n"


def severities(module: ModuleType) -> str:
    """Return the severities that a rule's findings can have, the heaviest first."""
    text = inspect.getsource(module)
    return ", ".join(word.lower() for word in SEVERITIES if f"Severity.{word}" in text)


def first_line(module: ModuleType) -> str:
    """Return the sentence that says what is wrong."""
    line = (inspect.getdoc(module) or "").splitlines()[0]
    return line[0].upper() + line[1:] if line.split()[0].isalpha() else line


def paragraphs(module: ModuleType) -> str:
    """Return the docstring with its parts as paragraphs."""
    text = "\n".join([first_line(module), *(inspect.getdoc(module) or "").splitlines()[1:]])
    for part in PARTS:
        text = re.sub(rf"^\n?{part}: ", f"\n**{part}:** ", text, flags=re.MULTILINE)
    return text


# --- imports -------------------------------------------------------------------------------------------------------


def imports() -> Iterator[str]:
    """The page of what an import mends: a list of all, then each module's docstring."""
    yield "# What an import mends\n"
    yield "What `quorate import` finds outdated or unsafe in resources and properties, and what it becomes; see"
    yield "[adopt a cluster that exists](../how-to/adopt.md). `--verbatim` names all of it and changes nothing."
    yield "What is old in a corosync.conf, a drbd.conf or a haproxy.cfg is said in the finding itself.\n"
    yield "| finding | severity | what it says |\n| --- | --- | --- |"
    for code, module in mends().items():
        yield f"| [{code}](#{code}) | {severities(module)} | {first_line(module)} |"
    yield ""
    for code, module in mends().items():
        yield f"## {code}\n\n{paragraphs(module)}\n"


# --- faults --------------------------------------------------------------------------------------------------------

GROUNDS: dict[Ground, str] = {"container": "container lab", "kernel": "kernel lab", "hosts": "real hosts"}
EXAMPLES = ("web", "mariadb")  # three nodes and two links; two nodes that replicate their data
SEEDS = 300
CHOICES_SHOWN = 8


def drills() -> Iterator[str]:
    """The page of faults: what each does, where it can be drilled, what is left to chance."""
    yield "# Faults\n"
    yield "What `quorate drill` does to a cluster, in the order in which it goes through them; see"
    yield "[break it on purpose](../how-to/drill.md). The lab has [container or kernel nodes](../how-to/lab.md), as"
    yield "the file needs. `quorate drill --list FILE` says what fits a file.\n"
    yield "The column *explore* has the kinds of failures by which explore foretells what a fault will do,"
    yield "before each drill; where it is empty, explore does not cover it, and the report says why.\n"
    columns = ["fault", *GROUNDS.values(), "explore", "what it does"]
    yield f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}"
    for title, names in told_together().items():
        marks = " | ".join("yes" if ground in grounds(names[0]) else "" for ground in GROUNDS)
        yield f"| [{title}](#{title}) | {marks} | {explored(names[0])[0]} | {what(names[0]).splitlines()[0]} |"
    for title, names in told_together().items():
        yield f"\n## {title}\n\n{what(names[0])}\n"
        if names != [title]:
            yield f"Their names: {', '.join(f'`{name}`' for name in names)}.\n"
        yield from facts(names[0])


def facts(name: str) -> Iterator[str]:
    """The facts of one fault."""
    yield f"- where: {where(name)}"
    if chance := left_to_chance(name):
        yield f"- left to chance: {chance}"
    yield f"- explore: {explored(name)[1]}"
    if faults()[name].LEAVES:
        yield "- the node leaves the cluster, and must be fenced"


def told_together() -> dict[str, list[str]]:
    """Return the names of the faults as a drill goes through them; those of one file are one entry, called as it is."""
    found: dict[str, list[str]] = {}
    for name in (*(one for one in ORDER if one in faults()), *sorted(faults().keys() - set(ORDER))):
        title = name if inspect.ismodule(faults()[name]) else module_of(name).__name__.rpartition(".")[2]
        found.setdefault(title.replace("_", "-"), []).append(name)
    return found


def module_of(name: str) -> ModuleType:
    """Return the file of a fault, or of the faults that it is a variant of."""
    fault = faults()[name]
    return fault if isinstance(fault, ModuleType) else sys.modules[type(fault).__module__]


def what(name: str) -> str:
    """Return what a fault's file says, without its name."""
    text = (inspect.getdoc(module_of(name)) or "").partition(": ")[2]
    return text[0].upper() + text[1:]


def settings(ground: Ground) -> Iterator[Setting]:
    """Yield the examples on that ground; the data of the second need kernel nodes."""
    for kind in EXAMPLES if ground != "container" else EXAMPLES[:1]:
        cluster = load(kinds()[kind].example, kind, kinds()).cluster
        assert cluster is not None
        yield Setting(cluster, next(iter(cluster.services)), ground)


def grounds(name: str) -> list[Ground]:
    """Return where a fault fits one of the examples."""
    return [ground for ground in GROUNDS if not all(faults()[name].obstacle(one) for one in settings(ground))]


def where(name: str) -> str:
    """Return where a fault can be drilled, and what else it says against one of the examples there."""
    found = grounds(name)
    against = {faults()[name].obstacle(one): one.service for ground in found for one in settings(ground)}
    but = "; ".join(f"not {words.replace(service, 'the service')!r}" for words, service in against.items() if words)
    return ", ".join(GROUNDS[ground] for ground in found) + (f" ({but})" if but else "")


def left_to_chance(name: str) -> str:
    """Return what the seed chooses, and among what; "" where nothing is."""
    one = next(one for ground in GROUNDS for one in settings(ground) if not faults()[name].obstacle(one))
    victim, found = one.cluster.nodes[0].name, dict[str, set[str]]()
    for seed in range(SEEDS):
        for key, value in faults()[name].choose(one, victim, Random(seed)).items():
            found.setdefault(key, set()).add(value)
    return "; ".join(f"{key} ({listed(values)})" for key, values in found.items())


def explored(name: str) -> tuple[str, str]:
    """Return the kinds of failures that explore takes a fault for, in short and in a sentence."""
    fault = faults()[name]
    one = next(one for ground in GROUNDS for one in settings(ground) if not fault.obstacle(one))
    platform, agents = platforms()[0], AgentLibrary.shipped()
    victim = one.cluster.nodes[0].name
    subject = of_cluster(one.cluster, agents, platform)
    meaning = fault.meaning(Faced(subject, one.service, victim, fault.choose(one, victim, Random(0))))
    if meaning.uncovered:
        return "", f"not covered; {meaning.uncovered.partition(': ')[2].removesuffix('.')}"
    named = [f"`{one.kind}`" for one in meaning.failures]
    several = [f" of {len(one.lost)} nodes at once" if len(one.lost) > 1 else "" for one in meaning.failures]
    told = ", then ".join(kind + more for kind, more in zip(named, several, strict=True))
    return ", ".join(named), f"foretold as {told}"


def listed(values: set[str]) -> str:
    """Return values in order, numbers by their size, not too many of them."""
    names = sorted(values, key=lambda value: (float(value) if value.isdecimal() else 0, value))
    return " or ".join(names[:CHOICES_SHOWN]) + (" ..." if len(names) > CHOICES_SHOWN else "")


# --- what fails ----------------------------------------------------------------------------------------------------


def failures() -> Iterator[str]:
    """The page of what explorations have fail, and of what they do not."""
    yield "# What can fail\n"
    yield "Every failure that an exploration goes through, by kind. Each has an id that begins with its kind's name,"
    yield "`node-lost:n1`; `--fault` takes ids and kinds, also with `*` and `?` in them.\n"
    for kind in universe.kinds().values():
        assert isinstance(kind, ModuleType)
        yield f"## {kind.TITLE}\n"
        name, _, told = inspect.cleandoc(kind.__doc__ or "").partition(": ")
        yield f"{', '.join(f'`{each}`' for each in name.split(', '))}: {told}\n"
        if kind.NOT_COVERED:
            yield "Not explored:\n"
            yield from (f"- {words}" for words in kind.NOT_COVERED)
            yield ""
    yield "## Not explored at all\n"
    yield from (f"- {words}" for words in (universe.TWO, universe.SPLIT, universe.EQUAL, *universe.GENERAL))


# --- rates of failures ---------------------------------------------------------------------------------------------


def failure_rates() -> Iterator[str]:
    """The page of rates: each kind of failure with quorate's default and its source."""
    yield "# Rates of failures\n"
    yield "How often each kind of failure happens to one part (one node, one link) in a year, and how long until it is"
    yield "mended, where the cluster file says nothing else in its section `rates`:\n"
    yield "```yaml\nrates:\n  node-lost: {per_year: 2, repair: 4h}\n```\n"
    yield "Nobody can know these figures for your machines but you. A default names its publication, or says"
    yield "that it is an assumption. Published figures differ widely from site to site.\n"
    yield "| kind | what | per year | repair | source of the first | source of the second |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for kind, default in DEFAULTS.items():
        figures = f"{default.per_year:g} | {default.repair_h:g} h"
        yield f"| `{kind}` | {FAILURES[kind]} | {figures} | {default.source} | {default.repair_source} |"


# --- keys of corosync.conf ------------------------------------------------------------------------------------------

WORDS = {
    Taken.RELOAD: "reload",
    Taken.RESTART: "restart",
    Taken.TOGETHER: "restart of all",
    Taken.ANEW: "remove, then add",
    Taken.UNKNOWN: "–",
}


def corosync_keys() -> Iterator[str]:
    """The page of corosync.conf: how a running Corosync takes over each key, by version."""
    yield "# Keys of corosync.conf: reload or restart\n"
    yield "How a change of a key comes into effect on a running cluster. `quorate plan` and `apply` go by this table."
    yield "Of a key that is not here no version of Corosync makes anything.\n"
    yield "- **reload**: at once, by `corosync-cfgtool -R` on one node, when the file is on all."
    yield "- **restart**: when Corosync starts again, node after node; meanwhile nodes with the old value and nodes"
    yield "  with the new one are one cluster."
    yield "- **restart of all**: when it starts again, on all nodes at once: nodes with different values do not hear"
    yield "  each other."
    yield "- **remove, then add**: what has it (a link, a node) is taken out of the file and comes back with the new"
    yield "  value, with a reload each time; what is new altogether needs one reload."
    yield "- –: this version does not know the key.\n"
    yield "Measured: seen on a lab cluster of Corosync 3.1.7; the other rows were read in the source that they name.\n"
    yield f"| key | {' | '.join(SERIES)} | measured | source | note |"
    yield f"| --- |{' --- |' * len(SERIES)} --- | --- | --- |"
    for row in TABLE:
        names = ", ".join(f"`{key}`" for key in row.keys)
        by_series = " | ".join(WORDS[row.taken[series]] for series in SERIES)
        yield f"| {names} | {by_series} | {row.measured or 'no'} | {row.source} | {row.note} |"


# --- explorations --------------------------------------------------------------------------------------------------


def explorations() -> Iterator[str]:
    """The page of explore's answers: the findings, then each question's docstring."""
    yield "# Answers of explore\n"
    yield "What an exploration makes of all failures, with depth 2 of all pairs of them, too. How often each kind of"
    yield "failure happens is assumed, or stated in the file: [rates of failures](rates.md).\n"
    yield "| finding | what it says |\n| --- | --- |"
    for module in questions().values():
        for code, says in module.FINDS.items():
            yield f"| `{code}` | {says} |"
    yield "\nA finding is info, and no warning, where only time-outs make it bad, for nobody has measured."
    for module in questions().values():
        yield f"\n## {module.TITLE}\n\n{paragraphs(module).removesuffix(' Pure.').replace(' Pure.', '', 1)}"


# --- the cluster file ----------------------------------------------------------------------------------------------

VALUES = """\
Values are written like this:

- **duration**: text with a unit, `500ms`, `3s`, `2min`, `1h`. A bare number is refused.
- **secret**: `{env: NAME}` or `{file: PATH}`, never the value itself.
- **name**: letters, digits, `.`, `_`, `-`; begins with a letter or digit.
- **address**: IPv4 or IPv6, with a prefix length where it says so.
- **boolean**: `true` or `false`; `yes` and `on` are text.

NAME stands for a name that you choose, `[]` for the entries of a list.
"""


def cluster_file() -> Iterator[str]:
    """The page of the cluster file: every key, nested as in the file."""
    yield "# The cluster file\n"
    yield "One YAML document. `quorate schema` prints the same as JSON Schema, for editors. Required keys are bold.\n"
    yield VALUES
    whole = schema(kinds())
    whole["properties"] = {key: with_entries(value) for key, value in whole["properties"].items()}
    plain = {key: value for key, value in whole["properties"].items() if not nested(value)}
    yield "## Top level\n"
    yield from table({"properties": plain, "required": whole["required"]}, whole, "")
    for name, value in whole["properties"].items():
        if name == "services":
            yield f"\n## {name}\n\n{sentence(value)} Each has a `kind`; [its keys](services.md) depend on that."
        elif nested(value):
            yield f"\n## {name}\n"
            yield from section(name, value, whole)


def with_entries(value: Schema) -> Schema:
    """Of a key that takes text or a mapping, as `resources` does, the mapping."""
    mappings = [branch for branch in value.get("anyOf", ()) if "additionalProperties" in branch]
    return {**mappings[0], **{key: value[key] for key in ("description",) if key in value}} if mappings else value


def nested(value: Schema) -> bool:
    """Say whether a key holds keys of its own."""
    return bool(refs(value)) or "additionalProperties" in value


def refs(value: Schema) -> list[str]:
    """Return the names of the definitions that a value may have: its own, its entries'."""
    inner = value.get("additionalProperties", value.get("items", {}))
    found = [value, inner] if isinstance(inner, dict) else [value]
    branches = [branch for part in found for branch in (part, *part.get("oneOf", ()), *part.get("anyOf", ()))]
    return [branch["$ref"].rsplit("/", 1)[1] for branch in branches if "$ref" in branch]


def step(value: Schema) -> str:
    """Return what stands between a key and the keys below it: a name, an index, or nothing."""
    if "$ref" in value or any("$ref" in branch for branch in value.get("anyOf", ())):
        return ""
    return "[]" if value.get("type") == "array" else ".NAME"


def section(name: str, value: Schema, whole: Schema) -> Iterator[str]:
    """One top-level key: a table for each shape its entries can have."""
    shapes = refs(value)
    if len(shapes) != 1:
        yield sentence(value)
    for shape_name in shapes:
        definition = whole["$defs"][shape_name]
        described = definition.get("description", "")
        yield f"{described}\n" if len(shapes) == 1 else f"\n### {shape_name}\n\n{described}\n"
        yield from table(definition, whole, f"{name}{step(value)}.")


def table(definition: Schema, whole: Schema, prefix: str) -> Iterator[str]:
    """A table of keys, with the keys below them."""
    yield "| key | value | meaning |\n| --- | --- | --- |"
    yield from rows(definition, whole, prefix)


def rows(definition: Schema, whole: Schema, prefix: str) -> Iterator[str]:
    """One row per key, the keys below it next."""
    required = set(definition.get("required", ()))
    for name, value in definition.get("properties", {}).items():
        key = f"`{prefix}{name}`"
        meaning = value.get("description", "")
        yield f"| {f'**{key}**' if name in required else key} | {shape(value, whole)} | {escaped(meaning)} |"
        for inner in refs(value):
            yield from rows(whole["$defs"][inner], whole, f"{prefix}{name}{step(value)}.")


def shape(value: Schema, whole: Schema) -> str:
    """A value in words."""
    branches = value.get("anyOf", value.get("oneOf"))
    if branches:
        return " or ".join(dict.fromkeys(shape(item, whole) for item in branches))
    if "const" in value or "enum" in value:
        return ", ".join(f"`{item}`" for item in value.get("enum", [value.get("const")]))
    if value.get("type") == "array":
        return f"list of {plural(shape(value.get('items', {}), whole))}"
    return mapping(value, whole) if "$ref" in value or value.get("type") == "object" else scalar(value)


def mapping(value: Schema, whole: Schema) -> str:
    """A mapping in words."""
    if set(value.get("properties", ())) == {"env", "file"}:
        return "secret"
    inner = value.get("additionalProperties")
    return f"mapping to {plural(shape(inner, whole))}" if isinstance(inner, dict) else "mapping"


def scalar(value: Schema) -> str:
    """A single value in words."""
    pattern, kind = value.get("pattern", ""), value.get("type", "anything")
    if "(ms|s|min|h)" in pattern:
        return "duration"
    if pattern.startswith("^[0-9a-fA-F:.]"):
        return "address"
    if pattern.startswith("^(?:/"):
        return "path"
    if "A-Za-z" in pattern:
        return "name"
    return {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}.get(str(kind), "text")


def plural(words: str) -> str:
    """Several of what `words` names."""
    odd = {"address": "addresses"}
    each = (word.replace("list of", "lists of", 1) for word in words.split(" or "))
    return " or ".join(odd.get(word, f"{word}s" if word.isalpha() else word) for word in each)


def sentence(value: Schema) -> str:
    """A description as a sentence."""
    text = value.get("description", "")
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def escaped(text: str) -> str:
    """A text as it can stand in a table."""
    return " ".join(text.split()).replace("|", "\\|")


PAGES = {
    "commands": commands,
    "services": services,
    "rules": findings,
    "cluster-file": cluster_file,
    "imports": imports,
    "rates": failure_rates,
    "answers": explorations,
    "faults": drills,
    "failures": failures,
    "corosync-keys": corosync_keys,
}


def main() -> int:
    """Write or compare the pages."""
    stale = []
    for name, page in PAGES.items():
        path, text = FOLDER / f"{name}.md", MADE + "\n" + "\n".join(page()).rstrip() + "\n"
        if not path.exists() or path.read_text() != text:
            stale.append(path.name)
            if "--check" not in sys.argv:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
    if "--check" in sys.argv and stale:
        print(f"not what the code says: {', '.join(stale)}; run python tools/reference.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
