"""quorate keeps services alive: one cluster file, checked, built, broken on purpose, operated.

The rooms of the house, from the ground up (docs/whats-here.md walks through them):

    findings, errors, registry    what may go wrong, and how capabilities are found
    describe                      the cluster file: text -> Cluster, or every finding at once
    catalog                       services and agents: what they need, as data
    render                        Cluster -> corosync.conf, CIB, hosts entries (pure)
    machines                      the only door to machines: run, put, get
    observe                       facts: a command and a pure parser each
    check                         rules, one file each
    build                         steps, plan, apply
    lab                           the same file on Linux nodes of this machine
    drill, operate                break it and measure; how is it now
    report, ui                    results for people
"""

__version__ = "0.1.0"
