"""Make, or remove, what a client of OpenStack services needs: a project and a user of its own, a token, an image.

In: one JSON object on standard input, the fields of Ask. Out, of "make" and "remove": nothing; of
"image": `token`, `image` (its id) and `digest` (the SHA-256 of its content); of "numbers": the number of every image
that is there with the content that was uploaded, one a line. Exits with status 2 and a sentence on standard error where
that cannot be done. Everything is asked of the services' own APIs; passwords and tokens are in the input and the output
alone.
"""

import hashlib
import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from quorate.drill.probes._api import BROKEN, Api, Refused
from quorate.drill.probes._process import enter
from quorate.drill.probes.token import login
from quorate.drill.probes.upload import NAME, content, making

ROLE = "member"  # as keystone-manage bootstrap makes it
GONE = (404, 204)  # no such image; one without content
AGAIN_S, PAUSE_S = 30.0, 0.5  # for how long, and how often, a service that cannot give an image is asked again
READ_BACK = "read"  # the image that is listed and read back


@dataclass(frozen=True, slots=True)
class Ask:
    """What is wanted. identity, images: URLs. admin: the password of the user admin. user, password: of the drill's."""

    action: str
    identity: str
    namespace: str | None = None
    images: str = ""
    admin: str = field(default="", repr=False)
    user: str = ""
    password: str = field(default="", repr=False)
    limit_s: float = 20.0


def main() -> None:
    """Do it, and say what came of it."""
    wanted = Ask(**json.loads(sys.stdin.read()))
    try:
        if wanted.namespace is not None:
            enter(wanted.namespace)
        sys.stdout.write(ACTIONS[wanted.action](wanted))
    except (Refused, LookupError, TypeError, *BROKEN) as error:
        sys.stderr.write(f"{str(error).strip() or type(error).__name__}\n")
        raise SystemExit(2) from None


def logged_in(wanted: Ask, user: str, password: str, project: str) -> Api:
    """Return the identity service's API with a token of that user."""
    api = Api(wanted.identity, wanted.limit_s)
    token = api.ask("POST", "/v3/auth/tokens?nocatalog", json.loads(login(user, password, project))).head
    return Api(wanted.identity, wanted.limit_s, token["x-subject-token"])


def make(wanted: Ask) -> str:
    """Make project, user and the role that lets it upload; what an earlier drill left is removed first."""
    admin = cleared(wanted)
    project = admin.ask("POST", "/v3/projects", {"project": {"name": wanted.user, "domain_id": "default"}}).value
    user = {"name": wanted.user, "password": wanted.password, "domain_id": "default"}
    made = admin.ask("POST", "/v3/users", {"user": user}).value["user"]["id"]
    role = found(admin, "roles", ROLE)[0]
    admin.ask("PUT", f"/v3/projects/{project['project']['id']}/users/{made}/roles/{role}")
    return ""


def remove(wanted: Ask) -> str:
    """Remove all that a drill has made."""
    cleared(wanted)
    return ""


def image(wanted: Ask) -> str:
    """Upload the image that is to be read back."""
    api = with_images(wanted)
    made = api.ask("POST", "/v2/images", making(READ_BACK)).value["id"]
    api.ask("PUT", f"/v2/images/{made}/file", content(0), good=(204,))
    return json.dumps({"token": api.token, "image": made, "digest": hashlib.sha256(content(0)).hexdigest()})


def numbers(wanted: Ask) -> str:
    """Return the numbers of the images that are whole."""
    api = with_images(wanted)
    return "".join(f"{one['name'].removeprefix(NAME)}\n" for one in listed(api) if is_whole(api, one))


def cleared(wanted: Ask) -> Api:
    """Remove images, user and project; return the identity service's API as the admin has it."""
    admin = logged_in(wanted, "admin", wanted.admin, "admin")
    if wanted.images:
        images = Api(wanted.images, wanted.limit_s, admin.token)  # the admin sees those of every project
        for one in list(listed(images)):
            images.ask("DELETE", f"/v2/images/{one['id']}", good=(204, 404))
    for kind in ("users", "projects"):
        for id_ in found(admin, kind, wanted.user):
            admin.ask("DELETE", f"/v3/{kind}/{id_}", good=(204, 404))
    return admin


def with_images(wanted: Ask) -> Api:
    """Return the image service's API with a token of the drill's user."""
    token = logged_in(wanted, wanted.user, wanted.password, wanted.user).token
    return Api(wanted.images, wanted.limit_s, token)


def listed(api: Api) -> Iterator[Mapping[str, Any]]:
    """Yield the images of drills, page by page."""
    path = "/v2/images?limit=100"
    while path:
        page = api.ask("GET", path).value
        yield from (one for one in page["images"] if str(one.get("name")).startswith(NAME))
        path = page.get("next", "")


def is_whole(api: Api, one: Mapping[str, Any]) -> bool:
    """Tell whether an image is one of the numbered, and holds what was uploaded.

    A proxy or a store that is busy does not say that it is gone: it is asked again for AGAIN_S; then Refused or one of
    BROKEN, as it was answered last.
    """
    number = str(one["name"]).removeprefix(NAME)
    if one.get("status") != "active" or not number.isdecimal():
        return False
    end_s = time.monotonic() + AGAIN_S
    while True:
        try:
            return api.ask("GET", f"/v2/images/{one['id']}/file", good=(200,)).body == content(int(number))
        except (Refused, *BROKEN) as error:
            if isinstance(error, Refused) and error.status in GONE:
                return False
            if time.monotonic() >= end_s:
                raise
        time.sleep(PAUSE_S)


def found(admin: Api, kind: str, name: str) -> list[str]:
    """Return the ids of those of that name."""
    return [str(one["id"]) for one in admin.ask("GET", f"/v3/{kind}?name={quote(name)}").value[kind]]


ACTIONS = {"make": make, "remove": remove, "image": image, "numbers": numbers}

if __name__ == "__main__":
    main()
