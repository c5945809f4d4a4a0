"""Accounts: what a service needs in the database and the broker beside it: made once, and put right when changed. Pure.

They are made by the servers' own programs, as root on the node where the server runs; passwords go to their standard
input alone.
"""

from quorate.catalog.made import MadeSecret, made
from quorate.catalog.setting_up import SettingUp
from quorate.catalog.site import Site

# Status 1: the server says no. 2: it says nothing, for it does not answer.
ASK_SQL = 'said=$("$@") || exit 2; test "$said" = 1'
IS_THERE = """\
SELECT EXISTS (SELECT 1 FROM information_schema.schemata WHERE schema_name = '{name}')
   AND EXISTS (SELECT 1 FROM mysql.user
               WHERE user = '{name}' AND host = '%' AND authentication_string = PASSWORD('{password}'))
   AND EXISTS (SELECT 1 FROM mysql.db WHERE user = '{name}' AND host = '%' AND db = '{name}' AND create_priv = 'Y');
"""
# Three bytes a letter, as OpenStack's migrations expect it: with four some of its keys are longer than InnoDB takes.
MAKE = """\
CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb3;
CREATE USER IF NOT EXISTS '{name}'@'%';
ALTER USER '{name}'@'%' IDENTIFIED BY '{password}';
GRANT ALL PRIVILEGES ON `{name}`.* TO '{name}'@'%';
"""

# rabbitmqctl reads a password that is not among its arguments. Status 65: it is another, or there is no such user.
# Its rights on other virtual hosts are somebody else's matter.
ASK_BROKER = """\
rabbitmqctl --quiet authenticate_user "$1" >/dev/null 2>&1
case $? in 0) ;; 65) exit 1;; *) exit 2;; esac
said=$(rabbitmqctl --quiet list_user_permissions "$1" --no-table-headers) || exit 2
printf '%s\\n' "$said" | grep -qxF "$(printf '/\\t.*\\t.*\\t.*')"
"""
MAKE_IN_BROKER = """\
read -r password
if rabbitmqctl --quiet list_users --no-table-headers | cut -f 1 | grep -qxF "$1"; then
    printf '%s\\n' "$password" | rabbitmqctl --quiet change_password "$1"
else
    printf '%s\\n' "$password" | rabbitmqctl --quiet add_user "$1"
fi
rabbitmqctl --quiet set_permissions "$1" '.*' '.*' '.*'
"""


def sql_secret(site: Site) -> MadeSecret:
    """Return the password of a service's account in the database."""
    return MadeSecret(f"{site.name}.database")


def sql_account(site: Site, database: Site, name: str) -> SettingUp:
    """Return how the service of `site` gets a database called `name`, and an account of that name to which it belongs.

    name: letters, digits and _.
    """
    password = made(sql_secret(site).name)
    client = (site.platform.paths["mariadb.client"], "--batch", "--skip-column-names")
    return SettingUp(
        words=f"make the database {name} and its account in {database.name}",
        asks=("sh", "-c", ASK_SQL, "quorate-sql", *client),
        does=client,
        on=database.name,
        ask_input=IS_THERE.format(name=name, password=password),
        input=MAKE.format(name=name, password=password),
        things=(("database", name),),
    )


def sql_url(site: Site, where: str, name: str) -> str:
    """Return the database called `name` as SQLAlchemy takes it. where: host:port.

    A server that dies with an answer owed leaves nothing to send that would find it out: hence the time to read, in
    seconds, which is longer than any answer of an API's database takes.
    """
    password = made(sql_secret(site).name)
    return f"mysql+pymysql://{name}:{password}@{where}/{name}?charset=utf8&connect_timeout=5&read_timeout=15"


def amqp_secret(site: Site) -> MadeSecret:
    """Return the password of a service's account in the broker."""
    return MadeSecret(f"{site.name}.broker")


def amqp_account(site: Site, broker: Site, name: str) -> SettingUp:
    """Return how the service of `site` gets an account called `name` in the broker, for all queues of its host `/`."""
    password = f"{made(amqp_secret(site).name)}\n"
    return SettingUp(
        words=f"make its account {name} in {broker.name}",
        asks=("sh", "-c", ASK_BROKER, "quorate-broker", name),
        does=("sh", "-ec", MAKE_IN_BROKER, "quorate-broker", name),
        on=broker.name,
        ask_input=password,
        input=password,
        things=(("broker account", name),),
    )


def amqp_url(site: Site, broker: Site, name: str) -> str:
    """Return the broker as oslo.messaging takes it: every server that there is, any of which will do."""
    password = made(amqp_secret(site).name)
    servers = ",".join(f"{name}:{password}@{where}" for where in broker.service.reached(broker))
    return f"rabbit://{servers}//"
