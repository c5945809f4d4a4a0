"""Kinds of services for describe's own tests; the catalog's are not needed here."""

from collections.abc import Mapping
from typing import ClassVar

import pytest
from pydantic import BaseModel, ConfigDict

from quorate.describe.fields import Duration, FloatingAddress, Port, SecretReference
from quorate.describe.service import ServiceOptions


class Drbd(BaseModel):
    """Data on a replicated disk."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    disk: str
    port: Port = 7700


class Volume(BaseModel):
    """Data on a shared volume group."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    group: str
    device: str


class Web(ServiceOptions):
    """A web server with a floating address."""

    kind: ClassVar[str] = "web"

    address: FloatingAddress
    port: Port = 80
    start_timeout: Duration | None = None


class Database(ServiceOptions):
    """A database; `data` is a union, to see that one mistake in it makes one finding."""

    kind: ClassVar[str] = "database"

    data: Drbd | Volume
    password: SecretReference | None = None


@pytest.fixture(scope="session")
def kinds() -> Mapping[str, type[ServiceOptions]]:
    return {"web": Web, "database": Database}
