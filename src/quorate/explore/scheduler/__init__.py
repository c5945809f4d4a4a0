"""The scheduler: a state of the cluster and what happens to it in, Pacemaker's own answer out.

Two backends keep one protocol (`Scheduler` in protocol.py): crm_simulate's command line, and a worker process linked
to the installed libpacemaker. Both are offline: they are handed a CIB as text and never reach a live one.
"""
