"""identity: the account that clients of an identity and an image service need, made and removed for one drill.

A project and a user of that name, whose password is made anew for each drill. They are made through the services' own
APIs by a process of its own (probes/_account.py), as their admin, whose password is read from the node that has it
(catalog/made.py). Neither stands in an argument vector, a log or a file.
"""

import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace

from quorate.build.step import Note
from quorate.catalog import openstack
from quorate.catalog.site import Site
from quorate.drill.account import Account, Serving
from quorate.drill.probe import once
from quorate.drill.probes._account import Ask
from quorate.errors import CommandFailed, QuorateError, Unknown
from quorate.machines.host import command

USER = "quorate_drill"
PATIENCE_S = 180.0  # of one action: hundreds of images are read back, one after the other


@dataclass(frozen=True, slots=True)
class Image:
    """The image that is listed and read back: its id and the SHA-256 of its content. token: of the drill's user."""

    token: str = field(repr=False)
    image: str
    digest: str


def admin_secret(site: Site) -> str:
    """Return where the password of the identity service's admin lies on its nodes. Pure; Unknown where it has none."""
    name = openstack.admin_secret(site).name
    if name not in [one.name for one in site.service.secrets(site)]:
        raise Unknown(f"{site.name} has no admin whose password quorate has made", "choose another service")
    return openstack.admin_secret(site).path


@asynccontextmanager
async def account(ask: Ask, secret: str, serving: Serving, note: Note) -> AsyncIterator[Account]:
    """Have the account for the time of the block; at its end it is gone, and so is every image that it uploaded.

    ask: where the services are. secret: the path of the admin's password. Where the end finds no service that could
    remove it, that is said, not raised: it would hide why the drill ended.
    """
    admin = (await (await serving()).run(command("cat", secret))).stdout.strip()
    wanted = replace(ask, admin=admin, user=USER, password=secrets.token_urlsafe(24))
    try:
        await asked("make", wanted)
        yield Account(wanted.user, wanted.password)
    finally:
        try:
            await asked("remove", wanted)
        except QuorateError as error:
            note(f"the project and the user {USER} of the drill may be left: {error.message}")


async def image(ask: Ask, account_: Account) -> Image:
    """Upload the image that clients read back."""
    found: Mapping[str, str] = json.loads(await asked("image", as_user(ask, account_)))
    return Image(**found)


async def numbers(ask: Ask, account_: Account) -> str:
    """Return the numbers of the uploaded images that are there and whole, one a line."""
    return await asked("numbers", as_user(ask, account_))


def as_user(ask: Ask, account_: Account) -> Ask:
    """Return what is asked in the drill's own name."""
    return replace(ask, user=account_.user, password=account_.password)


async def asked(action: str, wanted: Ask) -> str:
    """Have it done by a process of its own, in the clients' network; CommandFailed with what it said if it is not."""
    try:
        return await once("_account", asdict(replace(wanted, action=action)), limit_s=PATIENCE_S)
    except CommandFailed as error:
        what = f"the drill's account at {wanted.identity}: {action} failed: {error.message}"
        raise CommandFailed(what, error.hint) from None
