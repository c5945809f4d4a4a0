from concurrent.futures import ThreadPoolExecutor

import pytest

from quorate.errors import Missing, Unknown
from quorate.explore.scheduler import compiling
from quorate.explore.scheduler.compiling import cache_folder, compiled

COMPILES = """#!/bin/sh
while [ "$1" != -o ]; do shift; done
echo made >> "$2"
"""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine that has what is put into bin/, libraries and headers, and a cache of its own."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "include/crm/pengine").mkdir(parents=True)
    (tmp_path / "include/crm/pengine/status.h").touch()
    for name in compiling.LIBRARIES:
        (tmp_path / f"lib{name}.so").touch()
    monkeypatch.setattr(compiling, "PATH", f"{tmp_path}/bin:/nowhere")
    monkeypatch.setenv("PATH", f"{tmp_path}/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    config = f"""#!/bin/sh
case "$1" in
--variable=includedir) echo {tmp_path}/include;;
--variable=libdir) echo {tmp_path};;
--modversion) echo 2.1.5;;
--cflags) echo -I/somewhere -lsomething;;
esac
"""
    for name, text in (("pkg-config", config), ("cc", COMPILES)):
        put(tmp_path, name, text)
    return tmp_path


def put(machine, name, text):
    path = machine / "bin" / name
    path.write_text(text)
    path.chmod(0o755)


def files(folder):
    return [path.name for path in folder.iterdir()]


def test_it_is_compiled_once_and_kept_where_nobody_else_writes(machine):
    first = compiled()
    assert first.program.name.startswith("worker-2.1.5-")
    assert first.program.read_text() == "made\n"
    assert first.program.stat().st_mode & 0o777 == 0o700
    assert first.program.parent.stat().st_mode & 0o777 == 0o700
    put(machine, "cc", "#!/bin/sh\nexit 1\n")
    assert compiled() == first
    assert files(first.program.parent) == [first.program.name]


def test_two_that_compile_at_once_both_have_it(machine):
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(lambda _: compiled(), range(8)))
    [one] = made
    assert one.program.read_text() == "made\n"
    assert files(one.program.parent) == [one.program.name]


def test_another_source_is_another_program(machine, monkeypatch):
    first = compiled()
    (machine / "main.c").write_text("int main(void) { return 0; }\n")
    monkeypatch.setattr(compiling, "SOURCES", machine)
    assert compiled().program != first.program


@pytest.mark.parametrize("name", ["cc", "pkg-config"])
def test_what_is_not_installed_is_said_with_the_packages(machine, name):
    (machine / "bin" / name).unlink()
    with pytest.raises(Missing, match=r"(is|are) not installed|is installed") as caught:
        compiled()
    assert "pacemaker-dev" in caught.value.hint


def test_missing_headers_are_said(machine):
    (machine / "include/crm/pengine/status.h").unlink()
    with pytest.raises(Missing, match=r"status\.h is not installed"):
        compiled()


def test_a_compiler_that_fails_is_said_with_its_first_error_and_leaves_nothing(machine):
    put(
        machine, "cc", "#!/bin/sh\necho 'worker.c:1: note: x' >&2; echo 'worker.c:7: error: no such type' >&2; exit 1\n"
    )
    with pytest.raises(Unknown, match=r"worker\.c:7: error: no such type"):
        compiled()
    assert files(cache_folder()) == []


def test_a_folder_where_others_write_is_not_used(machine):
    cache_folder().chmod(0o777)
    with pytest.raises(Missing, match="others may write there"):
        compiled()


def test_a_program_that_others_may_write_is_made_anew(machine):
    program = compiled().program
    program.write_text("theirs")
    program.chmod(0o777)
    assert compiled().program.read_text() == "made\n"


def test_a_cache_that_cannot_be_is_said(machine, monkeypatch):
    (machine / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(machine / "file"))
    with pytest.raises(Missing, match="no place to keep"):
        compiled()
