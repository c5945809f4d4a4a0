"""Upload probe: a client that uploads one small image after the other, each with a number of its own.

In: Settings (_process.py) as JSON on standard input, with a token; target is the URL of the image service:
http://10.0.0.100:9292. Out: JSON lines: {"sent": n, "sent_ns": ...} before an image is made, then the attempt's line;
its `result` is one of

    ok            the service took the image's content (status 204): it is kept
    unknown       the connection died, or an error came, after the content was sent: it may be kept or not
    refused, timeout, unreachable, reset, closed     before that: there is a name without content at most
    rejected      the service said no before that, `detail` its status and words

An image is two requests, with rows and a file written, about 100 ms of a core: one a second is meant. Each answer has
the time limit of the settings, so that one attempt takes up to two of them at worst.
"""

import time

from quorate.drill.probes._api import BROKEN, Api, Refused
from quorate.drill.probes._process import RESULTS, Output, Settings, run

NAME = "quorate-drill-"
SIZE = 4096  # bytes


def content(n: int) -> bytes:
    """Return what the image of that number holds: another one for every number."""
    line = f"{NAME}{n}\n".encode()
    return (line * (SIZE // len(line) + 1))[:SIZE]


def making(n: int | str) -> dict[str, str]:
    """Return the body of the request that makes an image; what it holds is sent after it."""
    return {"name": f"{NAME}{n}", "disk_format": "raw", "container_format": "bare", "visibility": "private"}


def why(error: Exception) -> tuple[str, str]:
    """Return (result, detail) of an attempt that ended with `error` before the content was sent."""
    detail = (str(error).strip() or type(error).__name__)[:200]
    if isinstance(error, Refused):
        return "rejected", detail
    if isinstance(error, TimeoutError) or "timed out" in detail:
        return "timeout", detail
    return RESULTS.get(getattr(error, "errno", None) or 0, "closed"), detail


class UploadClient:
    """One image on its way at most, each on a fresh connection: a proxy sends it to a server that is fit."""

    in_flight = 0  # an attempt is over when `send` returns

    def __init__(self, settings: Settings, output: Output) -> None:
        self._settings = settings
        self._output = output

    def is_troubled(self, now_ns: int) -> bool:  # noqa: ARG002 - the protocol's
        """Ask no faster than usual."""
        return False

    def send(self, n: int, now_ns: int) -> None:
        """Upload image number n."""
        self._output.line({"sent": n, "sent_ns": now_ns})
        result, detail = self._upload(n)
        line = {"n": n, "sent_ns": now_ns, "done_ns": time.monotonic_ns(), "result": result}
        self._output.line(line | ({"detail": detail} if detail else {}))

    def wait(self, until_ns: int) -> None:
        """Sleep until then: nothing is on its way."""
        time.sleep(max(0, until_ns - time.monotonic_ns()) / 1e9)

    def _upload(self, n: int) -> tuple[str, str]:
        api = Api(self._settings.target, self._settings.timeout_ms / 1000, self._settings.token)
        try:
            made = api.ask("POST", "/v2/images", making(n)).value["id"]
        except (Refused, LookupError, TypeError, *BROKEN) as error:
            return why(error)
        finally:
            api.close()
        try:
            api.ask("PUT", f"/v2/images/{made}/file", content(n), good=(204,))
        except (Refused, *BROKEN) as error:
            result, detail = why(error)
            return "unknown", f"{result}: {detail}"
        finally:
            api.close()
        return "ok", ""


if __name__ == "__main__":
    run("upload", UploadClient)
