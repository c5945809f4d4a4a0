"""Failures: one file a kind, found by being there; each keeps the protocol Kind of failure.py. All pure.

The kinds that happen at a rate of their own have the names of describe/vocabulary.FAILURES.
"""
