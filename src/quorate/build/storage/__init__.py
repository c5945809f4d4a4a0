"""storage: from empty disks to a file system that a service can be started on. The step `storage` is made of these.

    look.py            what every node says, with one command
    phases.py          Phase: what is done on all nodes before anybody looks again
    machine.py         memory, kernel modules, LVM's settings, AppArmor: what a node needs before there can be a store
    replicated.py      a disk in each of two nodes, and DRBD between them
    shared_volume.py   a disk that every node sees, and LVM on it
    provided.py        a file system that is there already
    filling.py         what goes into a store: the service's own beginning, or data that a node has already
    adopt.py           whether a node has such data, and whether they can go into it
    scripts.py         what is run on a node; each checks there, in the same shell, that it destroys nothing

All but look.py are pure. A phase is chosen from facts alone, so whatever was interrupted is carried on from what is
found. A store that Pacemaker's configuration already has is Pacemaker's: it is not started, mounted or filled here.
"""
