"""The JSON Schema accepts what load() accepts, and refuses the plainest mistakes."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from quorate.describe.schema import schema
from quorate.describe.service import ServiceOptions
from quorate.describe.source import read
from quorate.findings import Severity

DATA = Path(__file__).parents[2] / "data" / "describe"
GOOD = sorted(path.stem for path in DATA.glob("*.findings") if " error " not in path.read_text())
REFUSED = [
    "addresses",
    "booleans",
    "crm-text",
    "durations",
    "old-words",
    "services",
    "unions-one-finding",
    "wrong-types",
]


@pytest.fixture(scope="module")
def whole(kinds: Mapping[str, type[ServiceOptions]]) -> dict[str, Any]:
    return schema(kinds)


@pytest.fixture(scope="module")
def validator(whole: dict[str, Any]) -> Draft202012Validator:
    Draft202012Validator.check_schema(whole)
    return Draft202012Validator(whole)


def data(name: str) -> Any:
    source, findings = read((DATA / f"{name}.yaml").read_bytes(), name)
    assert not [finding for finding in findings if finding.severity is Severity.ERROR]
    return source.data


@pytest.mark.parametrize("name", GOOD)
def test_good_files_are_valid(name: str, validator: Draft202012Validator) -> None:
    assert [error.message for error in validator.iter_errors(data(name))] == []


@pytest.mark.parametrize("name", REFUSED)
def test_bad_files_are_not(name: str, validator: Draft202012Validator) -> None:
    assert not validator.is_valid(data(name))


def test_a_service_is_checked_by_its_kind(validator: Draft202012Validator) -> None:
    file = data("everything")
    file["services"] = {"w": {"kind": "database", "address": "10.0.0.1/24"}}
    assert not validator.is_valid(file)


def test_every_field_of_our_own_sections_is_described(whole: dict[str, Any]) -> None:
    missing = [where for where, field in fields(whole) if "description" not in field]
    assert missing == []


def fields(whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    definitions = {name: part for name, part in whole["$defs"].items() if not name.startswith("service-")}
    for name, part in {"": whole, **definitions}.items():
        for key, field in part["properties"].items():
            yield f"{name}.{key}", field
