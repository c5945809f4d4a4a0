"""The question to a server that may hang: whether it still takes connections."""

import socket
import threading
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

import quorate.catalog

FILE = Path(quorate.catalog.__file__).parent / "programs/accepts"
TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0B48480A:1628 00000000:0000 0A 00000000:00000003 00:00000000 00000000   110        0 1 1 0 100 0 0 10 0
   1: 0B48480A:1628 FE48480A:B3A2 01 00000000:00000009 00:00000000 00000000   110        0 2 1 0 20 4 1 10 -1
   2: 0100007F:1628 00000000:0000 0A 00000000:00000005 00:00000000 00000000   110        0 3 1 0 100 0 0 10 0
"""


@pytest.fixture(scope="module")
def accepts() -> ModuleType:
    loaded = ModuleType("accepts")
    SourceFileLoader("accepts", str(FILE)).exec_module(loaded)
    return loaded


def test_the_kernels_table_says_how_many_a_listener_has_not_taken(accepts: ModuleType) -> None:
    local = accepts.written(socket.AF_INET, "10.72.72.11", 5672)
    assert local == "0B48480A:1628"
    assert accepts.waiting(TABLE, local) == 3
    assert accepts.waiting(TABLE, "0C48480A:1628") == 0
    assert accepts.written(socket.AF_INET6, "fd00::b", 5672) == "000000FD" + "0" * 16 + "0B000000:1628"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_it_ends_when_its_connection_was_taken_and_not_before(accepts: ModuleType, address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as listener:
        asking = threading.Thread(target=accepts.main, args=(address, str(listener.getsockname()[1])), daemon=True)
        asking.start()
        asking.join(0.3)
        assert asking.is_alive()
        listener.accept()[0].close()
        asking.join(10)
        assert not asking.is_alive()


def test_who_does_not_listen_does_not_hang(accepts: ModuleType) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    accepts.main("127.0.0.1", str(port))
