"""Fields: what each accepts, and that it takes values that already have their Python type."""

from ipaddress import ip_address, ip_interface
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from quorate.describe import fields
from quorate.describe.scalars import resolve
from quorate.describe.secret import Secret


def read(field: Any, value: object) -> Any:
    return TypeAdapter(field).validate_python(value)


@pytest.mark.parametrize(
    ("text", "seconds"), [("500ms", 0.5), ("3s", 3), ("2min", 120), ("1h", 3600), ("1.5 s", 1.5), ("0s", 0)]
)
def test_durations(text: str, seconds: float) -> None:
    assert read(fields.Duration, text) == seconds


@pytest.mark.parametrize("value", [3, 3.5, "3", "3m", "s", "-3s", "", True, None, [], "3S", "1e3s", "٣s"])
def test_no_durations(value: object) -> None:
    with pytest.raises(ValidationError):
        read(fields.Duration, value)


@pytest.mark.parametrize(
    ("field", "value", "meant"),
    [
        (fields.IPInterface, "10.0.0.1", ip_interface("10.0.0.1/24")),
        (fields.IPInterface, "fd00::1", ip_interface("fd00::1/64")),
        (fields.IPInterface, "10.0.0.0/31", ip_interface("10.0.0.0/31")),
        (fields.IPInterface, ip_interface("10.0.0.1/8"), ip_interface("10.0.0.1/8")),
        (fields.FloatingAddress, "10.0.0.9/32", ip_interface("10.0.0.9/32")),
        (fields.IPAddress, "239.1.1.1", ip_address("239.1.1.1")),
        (fields.SecretReference, {"env": "A"}, Secret("env", "A")),
        (fields.SecretReference, Secret("file", "/x"), Secret("file", "/x")),
        (fields.Parameter, {"file": "/x"}, Secret("file", "/x")),
        (fields.Parameter, resolve("1.10"), "1.10"),
        (fields.Text, True, "true"),
        (fields.Score, "-inf", "-INFINITY"),
        (fields.Score, 1_000_000, "INFINITY"),
        (fields.Score, "+5", "5"),
        (fields.Name, resolve("01"), "01"),
    ],
)
def test_accepted(field: Any, value: object, meant: object) -> None:
    assert read(field, value) == meant


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (fields.SecretReference, "hunter2"),
        (fields.SecretReference, {"env": "A B"}),
        (fields.SecretReference, {"env": "A", "file": "/x"}),
        (fields.SecretReference, {"file": "a\nb"}),
        (fields.Port, 0),
        (fields.Port, True),
        (fields.Flag, "yes"),
        (fields.Flag, 1),
        (fields.Name, "-n"),
        (fields.ResourceName, "1n"),
        (fields.AbsolutePath, "etc"),
        (fields.Line, "a\nb"),
        (fields.Score, "many"),
        (fields.Score, 1.5),
        (fields.IPAddress, "10.0.0.1/24"),
        (fields.FloatingAddress, "10.0.0.9"),
    ],
)
def test_refused(field: Any, value: object) -> None:
    with pytest.raises(ValidationError):
        read(field, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((text, text) for text in ("yes", "on", "10:30", "2024-01-31", "1_000", ".inf", ".nan", "9" * 5000)),
        *(
            ("True", True),
            ("0x1F", 31),
            ("0o17", 15),
            ("017", 17),
            ("1e3", 1000.0),
            (".5", 0.5),
            ("~", None),
            ("", None),
        ),
    ],
)
def test_scalars_by_the_core_schema_of_yaml_1_2(text: str, value: object) -> None:
    assert resolve(text) == value
