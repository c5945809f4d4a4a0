"""Drill: break a cluster on purpose and tell what its clients saw.

    record      what is written down while it happens: attempts, events, the facts of the cluster (pure)
    history     a folder per run; written first, judged later
    run         a drill from beginning to end
    fault       the protocol of a fault; faults/ has one file for each
    meaning     which of explore's failures a fault is, or why it is none (pure)
    predicting  explore asked, before the fault, what it will do; prediction is its answer as it is written down (pure)
    taken       how long this cluster took for what it did, for the next prediction (pure)
    foretold    a prediction held against what was measured (pure)
    ground      where: a lab, or real hosts with their fencing devices
    permission  what a drill on real hosts must have first (pure)
    victim      which node is hit: the one that serves, holds the address, is the database's writer
    suite       which faults fit a service, in order (pure)
    aftermath   what is waited for once a fault is in effect, and after it is undone
    packets     packets dropped between nodes               timers   a node takes a change back by itself
    processes   processes of a node, stopped and killed      interfaces  which interface has an address
    power       the power of several nodes at once          votes    who has quorum when others are away (pure)
    peer        the other node of a replicated store, away and back
    probes/     clients, one file each, every one a process of its own
    probe       start, follow and stop such a process; several, of one service or of many, are followed as one
    clients     who asks during a drill, by what each service says of its clients
    observer    a program on every node says what that holds
    sightings   its lines -> which node held what from when to when, on this machine's clock (pure)
    places      whether something was held by two nodes at once (pure)
    verdict     attempts -> outage; held, violated or unknown (pure)
    database    the account and the table of a client that writes, and what it holds at the end; broker: a queue
    identity    the account of clients of an identity and an image service, and which images are there at the end
    writes      rows promised against rows found (pure)
    journal     the survivors' journals: the command that fetches them, and its pure parser
    phases      the survivors' journals -> token lost, membership, fenced, started (pure)
    about       a Cluster -> the facts of it that a report shows (pure)
    series      several runs, and what came of them (pure)
    outcome     all of that joined into the Outcome that reports are made of; outcome_json: as plain values (pure)

Everything judged is judged from the folder alone, so that a run can be judged again years later.
"""
