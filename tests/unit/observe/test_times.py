"""When files were changed, asked of this machine with a dpkg that says what it brought."""

import hashlib
import os
import subprocess

from quorate.observe.facts import times


def test_what_is_as_its_package_brought_it_was_changed_by_nobody(tmp_path):
    names = ("as-brought", "edited", "another")
    paths = {name: tmp_path / name for name in names}
    for path in paths.values():
        path.write_text("text\n")
    sum_ = hashlib.md5(b"text\n", usedforsecurity=False).hexdigest()
    lines = f" {paths['as-brought']} {sum_}\n {paths['edited']} {'0' * 32}\n"
    dpkg = tmp_path / "dpkg-query"
    dpkg.write_text(f"#!/bin/sh\ncat <<'E'\n{lines}E\n")
    dpkg.chmod(0o755)
    query = times.command_for(*(f"file {path}" for path in paths.values()), f"file {tmp_path}/missing")
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    said = subprocess.run(query.argv, env=path, capture_output=True, text=True, check=True)
    assert said.stderr == ""
    assert set(times.parse(said.stdout, 0).at_s) == {f"file {paths['edited']}", f"file {paths['another']}"}
