"""A database that ran before there was a cluster: apply stops for its data, and moves them when told whose."""

import pytest
from staging import Stage

from quorate.catalog.blueprints import blueprints

pytestmark = pytest.mark.lab

TEXT = blueprints()["mariadb-shared-directory"].called("{name}")
DRBD, SHARED_DISK = (blueprints()[name].called("{name}") for name in ("mariadb-drbd", "mariadb-shared-disk"))
OLD, STORE = "/var/lib/mysql", "/srv/shared/database"
FILES = f"cd {OLD} && find . -printf '%p %s %T@ %U %m\\n' | sort; find . -type f -exec sha256sum {{}} + | sort"
ROWS = "CREATE DATABASE shop; CREATE TABLE shop.orders (n INT); INSERT INTO shop.orders VALUES (1), (2), (40)"
ACCOUNT = "CREATE USER clerk IDENTIFIED BY 'a-lab-s-password'; GRANT ALL ON shop.* TO clerk"
CLIENT = "mariadb --host=10.20.0.100 --user=clerk --password=a-lab-s-password -BNe 'SELECT SUM(n) FROM shop.orders'"
META = "crm_resource --resource database --meta"
# Without it MariaDB 10.11 asks for 8 TiB of addresses, which a small kernel does not grant.
OPERATOR_S = (
    "printf '[mysqld]\nloose-innodb_buffer_pool_size_max = 128M\n' >/etc/mysql/mariadb.conf.d/60-operator-s.cnf"
)
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

    goes_back(stage)
    comes_again(stage)


def goes_back(stage: Stage) -> None:
    """Go back to the old server, as the page on storage tells it; Pacemaker looks, and leaves it alone."""
    told = stage.ssh("n2", f"{META} --set-parameter target-role --parameter-value Stopped && crm_resource --wait")
    told += stage.ssh("n2", f"{META} --set-parameter is-managed --parameter-value false")
    stage.ssh("n2", "rm /etc/mysql/mariadb.conf.d/90-quorate.cnf && systemctl start mariadb")
    stage.ssh("n2", "crm_resource --refresh --resource database && crm_resource --wait")
    assert stage.ssh("n2", "mariadb -BNe 'SELECT @@datadir, SUM(n) FROM shop.orders'").split() == [f"{OLD}/", "43"], (
        told
    )


def comes_again(stage: Stage) -> None:
    """Go into the cluster again, with the store's data."""
    stage.ssh("n2", "mariadb -e 'DELETE FROM shop.orders' && systemctl stop mariadb")
    stage.apply("--no-test-fencing", check=True)
    stage.ssh("n2", "crm_resource --refresh --resource database && crm_resource --wait")
    stage.ssh("n2", f"{META} --delete-parameter is-managed && {META} --delete-parameter target-role")
    stage.ssh("n2", "crm_resource --wait")
    assert stage.ssh("n3", CLIENT).strip() == "43"


@pytest.mark.parametrize(
    ("stage", "nodes"),
    [(DRBD, ("gb06", "gb07")), (SHARED_DISK, ("n1", "n2"))],
    ids=["mariadb-drbd", "mariadb-shared-disk"],
    indirect=["stage"],
)
def test_an_old_database_moves_onto_disks(stage: Stage, nodes: tuple[str, str]) -> None:
    _, has = nodes  # not the node that a store is made on otherwise
    stage.ssh(has, OPERATOR_S)
    stage.ssh(has, "systemctl enable --now mariadb")
    stage.ssh(has, f'mariadb -e "{ROWS}"')
    options = ("--no-test-fencing", "--adopt-data", f"database={has}")
    stage.apply(*options, check=True)
    ask = "mariadb -BNe 'SELECT @@datadir, SUM(n) FROM shop.orders' 2>/dev/null || true"
    assert "".join(stage.ssh(node, ask) for node in nodes).split() == ["/srv/database/mysql/", "43"]
    original = stage.ssh(has, FILES)
    assert "./shop/orders.ibd" in original
    assert "nothing to do" in stage.apply(*options, check=True).stdout.splitlines()[-1]
    assert stage.ssh(has, FILES) == original
