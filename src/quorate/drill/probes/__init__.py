"""Probes: clients that ask a service all the time, one file each, each run as a process of its own.

`python -m quorate.drill.probes.NAME` reads its settings as one JSON object from standard input and appends JSON
lines to a file (record.py says which). A probe imports the standard library only, so that it starts at once.
"""
