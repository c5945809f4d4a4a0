"""A database that ran before there was a cluster: apply stops for its data, and moves them when told whose."""

import pytest
from staging import Stage

from quorate.catalog.blueprints import blueprints

pytestmark = pytest.mark.lab

TEXT = blueprints()["mariadb-shared-directory"].called("{name}")
OLD, NEW, STORE = "/var/lib/mysql", "/srv/shared/database/mysql", "/srv/shared/database"
FILES = f"cd {OLD} && find . -printf '%p %s %T@ %U %m\\n' | sort; find . -type f -exec sha256sum {{}} + | sort"
ROWS = "CREATE DATABASE shop; CREATE TABLE shop.orders (n INT); INSERT INTO shop.orders VALUES (1), (2), (40)"
ACCOUNT = "CREATE USER clerk IDENTIFIED BY 'a-lab-s-password'; GRANT ALL ON shop.* TO clerk"
CLIENT = "mariadb --host=10.20.0.100 --user=clerk --password=a-lab-s-password -BNe 'SELECT SUM(n) FROM shop.orders'"
# Kills the first cp on the node, whoever starts it, and itself goes after that.
KILLER = "systemd-run --quiet sh -c 'until pid=$(pgrep -x cp); do :; done; kill -KILL $pid'"


@pytest.mark.parametrize("stage", [TEXT], indirect=True)
def test_an_old_database_moves_in(stage: Stage) -> None:
    stage.ssh("n2", "systemctl enable --now mariadb")
    for sql in (ROWS, ACCOUNT):
        stage.ssh("n2", f'mariadb -e "{sql}"')

    refused = stage.apply()
    assert refused.returncode != 0
    assert "n2 has shop in /var/lib/mysql" in refused.stderr
    assert "--adopt-data database=n2" in refused.stderr
    assert stage.ssh("n2", "systemctl is-active mariadb; ls /etc/mysql/mariadb.conf.d").split()[0] == "active"
    assert stage.ssh("n1", f"ls -A {STORE}; ls /etc/mysql/mariadb.conf.d/90-quorate.cnf || true") == ""

    stage.ssh("n2", KILLER)
    broken = stage.apply("--adopt-data", "database=n2")
    assert broken.returncode != 0
    assert ".quorate-is-filling" in stage.ssh("n2", f"ls -A {STORE}").split(), broken.stderr
    original = stage.ssh("n2", FILES)

    stage.apply("--adopt-data", "database=n2", check=True)
    served = [node for node in ("n1", "n2", "n3") if "10.20.0.100/" in stage.ssh(node, "ip -o address")]
    other = next(node for node in ("n1", "n3") if node not in served)
    assert stage.ssh(other, CLIENT).strip() == "43"
    assert "INSERT" in stage.ssh(served[0], "mariadb -BNe 'SHOW GRANTS FOR root@localhost; SELECT \"INSERT\"'")
    assert stage.ssh(served[0], "mariadb -BNe 'SELECT @@datadir'").strip() == "/srv/database/mysql/"
    assert stage.ssh("n2", FILES) == original, "the original is the way back"
    assert stage.ssh("n2", f"cut -d ' ' -f 1 {STORE}/.quorate-adopted").strip() == f"n2:{OLD}"
    for options in ((), ("--adopt-data", "database=n2")):
        assert "nothing to do" in stage.apply(*options, check=True).stdout.splitlines()[-1]

    # The way back, as the page on storage tells it.
    stage.ssh(
        served[0], "crm_resource --resource database --meta --set-parameter target-role --parameter-value Stopped"
    )
    stage.ssh(served[0], "crm_resource --wait --timeout 60")
    stage.ssh("n2", "rm /etc/mysql/mariadb.conf.d/90-quorate.cnf && systemctl start mariadb")
    assert stage.ssh("n2", "mariadb -BNe 'SELECT @@datadir, SUM(n) FROM shop.orders'").split() == [f"{OLD}/", "43"]
