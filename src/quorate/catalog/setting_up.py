"""SettingUp: what has to be done once for a whole cluster, when the service it is done on runs. Data only, pure.

The accounts of a database, its tables, an identity service's first user: things that are no file of a host and no
resource of Pacemaker. Each is asked for before it is done and after it, so that apply can be run again at any time.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SettingUp:
    """One of those. words: for plans, begin with a verb: "make the database keystone".

    asks: the command whose status says whether it is done: 0 done, 1 not yet; any other, or none in time: it cannot be
    told yet, and is asked again. does: the command that does it; it may be interrupted and run again.
    Both are argument vectors run as root; ask_input and input go to their standard input, where `made(NAME)`
    (catalog/made.py) stands for a secret. A secret stands in an input alone, never in an argument.
    on: the resource on whose node it is run: one where it is promoted, else one where it is started. "": any node.
    timeout_s: of `does`. things: what it looks after, as (kind, name), e.g. ("database", "keystone").
    """

    words: str
    asks: tuple[str, ...]
    does: tuple[str, ...]
    on: str
    ask_input: str = ""
    input: str = ""
    timeout_s: float = 120
    things: tuple[tuple[str, str], ...] = ()
