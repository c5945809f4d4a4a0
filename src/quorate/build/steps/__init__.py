"""One file per step; stages.py says in which order they run. step.py holds the protocol they keep."""
