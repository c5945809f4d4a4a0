"""build: from a checked Cluster to running hosts. Plan, then apply, barrier by barrier, verified after each step."""
