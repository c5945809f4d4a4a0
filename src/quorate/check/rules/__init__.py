"""Rules, one file each, found by being there; the file's name with dashes is the finding's code. Pure.

A rule's docstring is its reference page: what it says in one sentence, why, what to do, and `Source:`, the manual
page or documentation chapter it rests on. Its `check(cluster, context)` yields findings and reads nothing else.
"""
