"""check: what is wrong, unsafe or doubtful in a cluster file, said before anything is built. Pure.

In: a Cluster (describe) and a Context (what agents say, and everything the services expand to). Out: findings with
the path of the value they are about; whoever holds the text turns paths into lines. A rule is one file in `rules/`.
"""
