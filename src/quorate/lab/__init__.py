"""lab: the same cluster file on Linux nodes of this machine.

A Cluster comes in; plan.py (pure) says which bridges, nodes, addresses and BMCs that takes; lab.py is the face that
boots them, cuts their power and their cables, and opens sockets to them. Everything a lab makes lives in network
namespaces, cgroups and directories that carry its name, so that labs stand side by side and leave nothing behind.

    plan       Cluster -> LabPlan                      image      a Debian root directory, cached by content
    network    the lab's namespace, bridges, sockets   cables     a node's namespace, wired and addressed
    kind       containers or kernels: which, and why   storage    disks and shared directories of nodes
    furnishing keys, then every node's disk            papers     what a node of either kind is made of
    container  an overlay over the image               boot       what a power-on starts: systemd-nspawn
    kernel     copy-on-write file, disks, a line       kernel_boot   what a power-on starts: User-Mode Linux
    taps       a kernel node's cables                  kernel_image  what kernel nodes have besides
    user_mode_linux   the kernel that they run         bonds      links on two network cards
    chassis    the power button, quick to start        power      a BMC for each node (OpenIPMI's simulator)
    cgroup     where processes are held and killed     clearing   everything a lab left, found by name
    secrets    values for the file's references        places     paths and names of one lab
    state      what stands on disk about labs             identity   whether a lab that is up is the one of a file
    needs      what this machine must have             processes  programs that run and are waited for
    growing    what a lab that is up lacks             standing   what it has given out, and keeps
"""
