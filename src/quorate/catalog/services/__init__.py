"""One file per kind of service; a new file here is a new `kind:` in the cluster file."""
