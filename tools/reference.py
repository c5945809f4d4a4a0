"""Write docs/reference/ from the code, so that it cannot be out of date; tests compare the two.

python tools/reference.py           write the pages
python tools/reference.py --check   exit 1 when a page is not what the code says
"""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from quorate import registry
from quorate.catalog.services import kinds
from quorate.check import rules
from quorate.describe.schema import schema
from quorate.ui.main import quorate

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
MADE = "<!-- Made by tools/reference.py from the code; change it there. -->\n"


def commands() -> Iterator[str]:
    """The page of commands: what --help says."""
    yield "# Commands\n"
    yield "Exit codes: 0 held, 1 findings or violated, 2 usage, 3 unknown, 4 refused (needs `--yes`), 70 a defect.\n"
    root = click.Context(quorate, info_name="quorate")
    yield from helps(quorate, root)


def helps(command: click.Command, context: click.Context) -> Iterator[str]:
    """One section per command and subcommand."""
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from helps(found, click.Context(found, info_name=name, parent=context))
    else:
        yield f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"


def services() -> Iterator[str]:
    """The page of service kinds: docstring and example."""
    yield "# Kinds of services\n"
    for name, kind in kinds().items():
        yield f"## {name}\n\n{inspect.getdoc(kind)}\n\n```yaml\n{kind.example.strip()}\n```\n"


def findings() -> Iterator[str]:
    """The page of rules: each module's docstring."""
    yield "# Rules\n\nWhat `quorate check` looks for. The name in brackets of a finding leads here.\n"
    for name, module in registry.modules(rules).items():
        yield f"## {name.replace('_', '-')}\n\n{inspect.getdoc(module)}\n"


def cluster_file() -> Iterator[str]:
    """The page of the cluster file: every key, its type and meaning."""
    yield "# The cluster file\n\n`quorate schema` prints the same for editors, as JSON Schema.\n"
    whole = schema(kinds())
    yield from keys(whole, whole, "")
    for name, definition in sorted(whole.get("$defs", {}).items()):
        if "properties" in definition:
            yield f"\n## {name}\n"
            yield from keys(definition, whole, "")


def keys(part: dict[str, Any], whole: dict[str, Any], prefix: str) -> Iterator[str]:
    """One line per key."""
    if part.get("description"):
        yield f"{part['description']}\n"
    required = set(part.get("required", ()))
    for name, value in part.get("properties", {}).items():
        words = value.get("description", "")
        must = " **required.**" if name in required else ""
        yield f"- `{prefix}{name}`: {shape(value)}.{must} {words}".rstrip()


def shape(value: dict[str, Any]) -> str:
    """A type in words."""
    if "$ref" in value:
        return f"see {value['$ref'].rsplit('/', 1)[1]}"
    if "const" in value:
        return f"`{value['const']}`"
    if "enum" in value:
        return ", ".join(f"`{item}`" for item in value["enum"])
    for word in ("anyOf", "oneOf"):
        if word in value:
            return " or ".join(dict.fromkeys(shape(item) for item in value[word]))
    if value.get("type") == "array":
        return f"list of {shape(value.get('items', {}))}"
    if isinstance(value.get("additionalProperties"), dict):
        return f"mapping to {shape(value['additionalProperties'])}"
    kind = value.get("type", "anything")
    return str(kind if isinstance(kind, str) else " or ".join(kind))


PAGES = {"commands": commands, "services": services, "rules": findings, "cluster-file": cluster_file}


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
