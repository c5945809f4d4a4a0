"""Partial: a file's data without its mistakes, so that one mistake does not hide those in other sections. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from quorate.findings import Finding

Path = tuple[str | int, ...]


def without(data: Any, findings: Iterable[Finding], base: Path = ()) -> Any:
    """Return the data without the values that findings are about.

    Of a list nothing is left, so that positions in lists stay those of the file; a mapping that lacks a required key
    goes as a whole, and a file without a name gets one. base: where in the file the data stands.
    """
    for finding in findings:
        path = finding.path[len(base) :]
        if finding.path == ("cluster",):
            data = {**data, "cluster": "unnamed"} if isinstance(data, Mapping) else data
        else:
            data = _cut(data, path[:-1] if finding.code == "missing-key" else path)
    return data


def _cut(data: Any, path: Path) -> Any:
    """Return a copy without the value at `path`; copies are made along the path only, because aliases share values."""
    if not isinstance(data, Mapping) or not path or path[0] not in data:
        return data
    here = data[path[0]]
    rest = {key: value for key, value in data.items() if key != path[0]}
    if len(path) > 1 and isinstance(here, Mapping) and path[1] in here:
        return {**rest, path[0]: _cut(here, path[1:])}
    return rest
