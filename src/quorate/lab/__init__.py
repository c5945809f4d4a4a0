"""lab: the same cluster file on Linux nodes of this machine.

A Cluster comes in; plan.py (pure) says which bridges, nodes, addresses and BMCs that takes; lab.py is the face that
boots them, cuts their power and their cables, and opens sockets to them. Everything a lab makes lives in network
namespaces, cgroups and directories that carry its name, so that labs stand side by side and leave nothing behind.

    plan       Cluster -> LabPlan                      image      a Debian root directory, cached by content
    network    namespaces, bridges, cables             container  what a node is made of, and how it boots
    cgroup     where processes are held and killed     power      a BMC for each node (OpenIPMI's simulator)
    chassis    the power button, quick to start        secrets    values for the file's secret references
    places     paths and names of one lab              needs      what this machine must have
"""
