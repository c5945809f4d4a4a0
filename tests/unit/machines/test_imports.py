"""Commands that reach no machine must not pay for the SSH library."""

import subprocess
import sys

CHEAP = "import quorate.machines.host, quorate.machines.fleet, quorate.machines.fake, quorate.machines.waiting"


def test_asyncssh_is_imported_only_by_the_ssh_module() -> None:
    check = f"{CHEAP}, quorate.observe.snapshot, sys; sys.exit('asyncssh' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
