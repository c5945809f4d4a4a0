"""Rules, one file each, found by being there; the file's name with dashes is the finding's code. Pure.

A rule's docstring is its reference page: what it says in one sentence, why, what to do, and `Source:`, the manual
page or documentation chapter it rests on. Its `check(cluster, context)` yields findings and reads nothing else.

A rule counts from the day it has a file in tests/data/corpus/bad that it alone complains of; the sound files beside it
say what it must leave alone. ERROR is for what is refused, can never run, or can lose data; INFO is never an alarm.
"""
