"""Whether an SQL server lets an account in, asked from a host whose services use it, by what they use (PyMySQL).

The password is read on the host, from the file of the made secret; it stands in no argument and in no answer. With one
that has expired the server lets in, and refuses the first statement (MariaDB 10.11): so there is one.
"""

from quorate.errors import Unknown
from quorate.machines.host import Command, command

# Prints 0, or the number of the error.
SCRIPT = """\
import sys
import pymysql
account, host, port, secret = sys.argv[1:]
with open(secret) as file:
    password = file.read().strip()
known = {"user": account, "password": password, "database": account, "connect_timeout": 3, "read_timeout": 3}
try:
    connection = pymysql.connect(host=host, port=int(port), **known)
    connection.cursor().execute("SELECT 1")
    connection.close()
except pymysql.err.MySQLError as error:
    print(error.args[0])
else:
    print(0)
"""

LOCKED = "it is locked"
EXPIRED = "its password has expired"
# ER_DBACCESS_DENIED_ERROR, ER_ACCESS_DENIED_ERROR, ER_BAD_DB_ERROR, ER_HOST_NOT_PRIVILEGED, ER_MUST_CHANGE_PASSWORD,
# ER_MUST_CHANGE_PASSWORD_LOGIN, ER_ACCOUNT_HAS_BEEN_LOCKED (MariaDB Knowledge Base, "MariaDB Error Codes").
REFUSED = {
    1044: "it has no right to its database",
    1045: "wrong password, or no such account",
    1049: "its database is not there",
    1130: "no account may log in from the nodes",
    1820: EXPIRED,
    1862: EXPIRED,
    4151: LOCKED,
}


def command_for(account: str, host: str, port: int, secret: str) -> Command:
    """Return the query. account: also the name of its database. secret: the path of the file with the password."""
    return command("python3", "-c", SCRIPT, account, host, port, secret)


def parse(output: str, status: int) -> str:
    """Return why the server refuses the account, "" where it lets it in; Unknown where there is no answer."""
    if status != 0:
        raise Unknown("Whether the database knows the account is not known: it could not be asked.")
    if (code := int(output)) and code not in REFUSED:
        raise Unknown(f"The database does not answer (error {code}).")
    return REFUSED.get(code, "")
