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
    return f"mysql+pymysql://{name}:{password}@{where}/{name}?charset=utf8&connect_timeout=5&read_timeout=30"
