"""Explore: what every failure does to every service, asked of Pacemaker's own scheduler before it happens.

The flow is: a Subject (what is explored: a base CIB, services, votes, fencing) -> failures/ (one file a kind) ->
strike.py (a failure on top of those before it: sides, quorum, what cannot be fenced; a Step for the scheduler)
-> scheduler/ (the only part that runs programs: crm_simulate, or the worker linked to libpacemaker) -> timing.py
(how long) -> verdict.py (what it means for each service) -> answers/ (what people ask of it all).
"""
