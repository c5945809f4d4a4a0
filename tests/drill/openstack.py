"""A small identity service and a small image service: as much of both as their probes ask for."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class OpenStack(ThreadingHTTPServer):
    """Both at one port. mode: "answer"; "busy" answers 503 to everything; "silent" takes a request and says nothing.

    forgets: images that are listed, and whose content is another one.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.mode = "answer"
        self.users: dict[str, str] = {"admin": "s3cret"}
        self.projects: set[str] = {"admin"}
        self.roles: list[str] = []
        self.images: dict[str, dict[str, Any]] = {}
        self.contents: dict[str, bytes] = {}
        self.tokens = 0
        self.asked: list[str] = []
        self.released = threading.Event()
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def close(self) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    server: OpenStack

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def answer(self, status: int, value: object = None, head: dict[str, str] | None = None) -> None:
        body = value if isinstance(value, bytes) else b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        for name, said in {**(head or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, said)
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url, server = urlsplit(self.path), self.server
        with server.lock:
            server.asked.append(f"{self.command} {url.path}")
        if server.mode == "silent":
            server.released.wait(5)
            return
        if server.mode == "busy":
            self.answer(503)
            return
        parts = [part for part in url.path.split("/") if part]
        if parts[0] == "v3":
            self.identity(parts[1:], parse_qs(url.query), body)
        elif self.headers.get("X-Auth-Token") != "gAAAA":
            self.answer(401)
        else:
            self.image(parts[2:], body)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815

    def identity(self, parts: list[str], query: dict[str, list[str]], body: bytes) -> None:
        server = self.server
        match (self.command, parts):
            case ("POST", ["auth", "tokens"]):
                account = json.loads(body)["auth"]["identity"]["password"]["user"]
                if server.users.get(account["name"]) != account["password"]:
                    self.answer(401, {"error": {"code": 401}})
                    return
                server.tokens += 1
                self.answer(201, {"token": {"methods": ["password"]}}, {"X-Subject-Token": "gAAAA"})
            case ("POST", ["projects"]):
                server.projects.add(json.loads(body)["project"]["name"])
                self.answer(201, {"project": {"id": json.loads(body)["project"]["name"]}})
            case ("POST", ["users"]):
                user = json.loads(body)["user"]
                server.users[user["name"]] = user["password"]
                self.answer(201, {"user": {"id": user["name"]}})
            case ("GET", ["users" | "projects" | "roles" as kind]):
                known = {"users": server.users, "projects": server.projects, "roles": {"member"}}[kind]
                names = [name for name in query["name"] if name in known]
                self.answer(200, {kind: [{"id": name} for name in names]})
            case ("PUT", ["projects", project, "users", user, "roles", role]):
                server.roles.append(f"{user} is {role} of {project}")
                self.answer(204)
            case ("DELETE", ["users", name]):
                server.users.pop(name)
                self.answer(204)
            case ("DELETE", ["projects", name]):
                server.projects.discard(name)
                self.answer(204)
            case _:
                self.answer(404)

    def image(self, parts: list[str], body: bytes) -> None:
        server = self.server
        match (self.command, parts):
            case ("POST", []):
                with server.lock:
                    id_ = f"id-{len(server.images)}-{len(server.asked)}"
                    server.images[id_] = {**json.loads(body), "id": id_, "status": "queued"}
                self.answer(201, server.images[id_])
            case ("GET", []):
                self.answer(200, {"images": list(server.images.values())})
            case ("PUT", [id_, "file"]):
                server.contents[id_] = body
                server.images[id_]["status"] = "active"
                self.answer(204)
            case ("GET", [id_, "file"]):
                self.answer(200, server.contents[id_]) if id_ in server.contents else self.answer(404)
            case ("DELETE", [id_]):
                server.images.pop(id_, None)
                server.contents.pop(id_, None)
                self.answer(204)
            case _:
                self.answer(404)
