"""schema: JSON Schema (draft 2020-12) of the whole cluster file, for editors. Pure.

Made from the models of sections/ and from the kinds of the catalog, so that it cannot fall behind them. It knows less
than load(): what stands in two places is not compared.
"""

from typing import Any

from quorate.describe.load import Kinds
from quorate.describe.sections.whole import File
from quorate.describe.service import ServiceOptions

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(kinds: Kinds) -> dict[str, Any]:
    """Return the schema of a cluster file with services of these kinds."""
    whole = File.model_json_schema(by_alias=True)
    definitions = whole.setdefault("$defs", {})
    for kind, options in sorted(kinds.items()):
        definitions |= _service(kind, options)
    tidy: dict[str, Any] = _tidy(whole)
    tidy["properties"]["services"]["additionalProperties"] = _any_kind(kinds)
    return {"$schema": DIALECT, **tidy, "title": "quorate cluster file"}


def _any_kind(kinds: Kinds) -> dict[str, Any]:
    """Return the schema of one service: `kind` decides which fields it has."""
    if not kinds:
        return {"type": "object"}
    return {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": sorted(kinds), "description": "what the service is"}},
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": {"$ref": f"#/$defs/service-{kind}"},
            }
            for kind in sorted(kinds)
        ],
    }


def _service(kind: str, options: type[ServiceOptions]) -> dict[str, Any]:
    """Return the definitions of one kind, its nested models under names of its own."""
    prefix = f"service-{kind}"
    own = options.model_json_schema(by_alias=True, ref_template=f"#/$defs/{prefix}-{{model}}")
    nested = {f"{prefix}-{name}": definition for name, definition in own.pop("$defs", {}).items()}
    own["properties"] = {
        "kind": {"const": kind, "description": own.get("description", "")},
        **own.get("properties", {}),
    }
    own["required"] = ["kind", *own.get("required", [])]
    return {prefix: own, **nested}


def _tidy(node: Any, *, names: bool = False) -> Any:
    """Return a schema without what editors would show for nothing: generated titles, null for what may be left out.

    names: the keys of `node` are names of the file (properties, $defs), not words of JSON Schema.
    """
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    if names:
        return {key: _tidy(value) for key, value in node.items()}
    kept = {key: value for key, value in node.items() if key not in {"title", "discriminator"}}
    if kept.get("default") in (None, {}, [], ()) or (
        kept.get("type") == "string" and not isinstance(kept["default"], str)
    ):
        kept.pop("default", None)
    if len(kept.get("patternProperties", ())) == 1:
        [(pattern, kept["additionalProperties"])] = kept.pop("patternProperties").items()
        kept["propertyNames"] = {"pattern": pattern}
    branches = [branch for branch in kept.get("anyOf", ()) if branch != {"type": "null"}]
    if "anyOf" in kept and len(branches) == 1:
        del kept["anyOf"]
        kept = {**branches[0], **kept}
    elif "anyOf" in kept:
        kept["anyOf"] = branches
    return {
        key: value if key in {"const", "default", "enum"} else _tidy(value, names=key in {"properties", "$defs"})
        for key, value in kept.items()
    }
