"""lab: the same cluster file on Linux nodes of this machine.

A Cluster comes in; plan.py (pure) says which bridges, nodes, addresses and BMCs that takes; lab.py is the face that
boots them, cuts their power and their cables, and opens sockets to them. Everything a lab makes lives in network
namespaces, cgroups and directories that carry its name, so that labs stand side by side and leave nothing behind.

    plan       Cluster -> LabPlan                      image      a Debian root directory, cached by content
    network    the lab's namespace, bridges, sockets   cables     a node's namespace, wired and addressed
    container  a node's disk and papers                boot       what a power-on starts: systemd-nspawn
    chassis    the power button, quick to start        power      a BMC for each node (OpenIPMI's simulator)
    cgroup     where processes are held and killed     clearing   everything a lab left, found by name
    secrets    values for the file's references        places     paths and names of one lab
    state      what stands on disk about labs
    needs      what this machine must have             processes  programs that run and are waited for
"""
