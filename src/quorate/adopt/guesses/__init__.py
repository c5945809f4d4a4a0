"""What a service of each kind would have to be told, guessed from the resources it may have made.

A guess says `guess(resources, disks)`: it yields (name, options as in the cluster file). It may be wrong:
recognising.py renders it, and takes the service only if that makes exactly what is there.
"""
