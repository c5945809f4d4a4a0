"""What a cluster of RabbitMQ brokers is told once: its clients' account, and how queues outlive a broker. Pure.

All by rabbitmqctl, whose statuses are those of sysexits.h (65: wrong password, 64: this version does not know it, 67:
no such user, 69: the broker is not up); one call takes a third of a second of CPU. Passwords go to its standard input.
"""

import json

from quorate.catalog.made import made
from quorate.catalog.setting_up import SettingUp

VHOST = "/"
POLICY = "ha-all"
# Pattern and name are the OpenStack HA guide's: all queues but those of the server itself. A copy that has not caught
# up with a leader that is lost never takes over: it would lose what was confirmed.
MIRRORS = {"ha-mode": "all", "ha-sync-mode": "automatic", "ha-promote-on-failure": "when-synced"}
PATTERN = r"^(?!amq\.).*"
ALL_TIMEOUT_S = 180

# $1: the account. Whether its password is the one on standard input, it may do everything, and no guest is left.
ACCOUNT_ASKS = r"""rabbitmqctl --quiet authenticate_user "$1" >/dev/null 2>&1
case $? in 0) ;; 65) exit 1;; *) exit 2;; esac
users=$(rabbitmqctl --silent list_users) || exit 2
may=$(rabbitmqctl --silent list_user_permissions "$1") || exit 2
printf '%s\n' "$users" | cut -f 1 | grep -qx guest && exit 1
printf '%s\n' "$may" | grep -qxF "$(printf '%s\t.*\t.*\t.*' "$2")" || exit 1"""
ACCOUNT_DOES = r"""set -e
IFS= read -r password
if rabbitmqctl --silent list_users | cut -f 1 | grep -qx "$1"; then change=change_password; else change=add_user; fi
printf '%s\n' "$password" | rabbitmqctl --quiet "$change" "$1"
rabbitmqctl --quiet set_permissions --vhost "$2" "$1" '.*' '.*' '.*'
rabbitmqctl --quiet delete_user guest || [ $? = 67 ]"""

# $1: the virtual host. A version that has no such default (before 3.10.8) has nothing to be told.
TYPE_ASKS = r"""types=$(rabbitmqctl --silent list_vhosts name default_queue_type 2>/dev/null)
case $? in 0) ;; 64) exit 0;; *) exit 2;; esac
printf '%s\n' "$types" | grep -qxF "$(printf '%s\tquorum' "$1")" || exit 1"""
# 3.10 honours the default and can be given it, for a virtual host that is there, in Erlang only.
TYPE_DOES = r"""rabbitmqctl --quiet update_vhost_metadata "$1" --default-queue-type quorum 2>/dev/null && exit 0
rabbitmqctl --silent eval "rabbit_misc:execute_mnesia_transaction(fun() -> rabbit_vhost:update_metadata(<<\"$1\">>,
  fun(Known) -> maps:put(default_queue_type, <<\"quorum\">>, Known) end) end)." """

# argv: virtual host, policy, pattern and definition ("" for: there is to be none of that name).
POLICY_ASKS = r"""import json, subprocess, sys
vhost, name, pattern, definition = sys.argv[1:]
argv = ["rabbitmqctl", "--silent", "list_policies", "--vhost", vhost, "--formatter", "json"]
done = subprocess.run(argv, capture_output=True, text=True)
if done.returncode:
    sys.exit(2)
found = [(one["pattern"], json.loads(one["definition"])) for one in json.loads(done.stdout) if one["name"] == name]
sys.exit(found != ([(pattern, json.loads(definition))] if definition else []))"""


def account(on: str, user: str, password: str) -> SettingUp:
    """Return the account of clients. on: the server's resource. password: the made secret's name."""
    secret = f"{made(password)}\n"
    return SettingUp(
        f"make the account {user} for clients, and remove guest",
        ("sh", "-c", ACCOUNT_ASKS, "quorate-account", user, VHOST),
        ("sh", "-c", ACCOUNT_DOES, "quorate-account", user, VHOST),
        on,
        ask_input=secret,
        input=secret,
        timeout_s=ALL_TIMEOUT_S,
        things=(("broker account", user),),
    )


def quorum_queues(on: str) -> SettingUp:
    """Return that durable queues are quorum queues where the client does not say another type."""
    return SettingUp(
        "have durable queues be quorum queues unless the client says otherwise",
        ("sh", "-c", TYPE_ASKS, "quorate-queues", VHOST),
        ("sh", "-c", TYPE_DOES, "quorate-queues", VHOST),
        on,
        timeout_s=ALL_TIMEOUT_S,
        things=(("virtual host", VHOST),),
    )


def mirrors(on: str, *, wanted: bool) -> SettingUp:
    """Return that classic queues have a copy on every broker, or that they do not."""
    definition = json.dumps(MIRRORS) if wanted else ""
    control = ("rabbitmqctl", "--quiet")
    put = (*control, "set_policy", "--vhost", VHOST, "--apply-to", "queues", POLICY, PATTERN, definition)
    return SettingUp(
        "have a copy of each classic queue on every broker" if wanted else "keep classic queues on one broker each",
        ("python3", "-c", POLICY_ASKS, VHOST, POLICY, PATTERN, definition),
        put if wanted else (*control, "clear_policy", "--vhost", VHOST, POLICY),
        on,
        timeout_s=ALL_TIMEOUT_S,
        things=(("policy", POLICY),),
    )
