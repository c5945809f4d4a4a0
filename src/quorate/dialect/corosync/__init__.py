"""corosync.conf of every age: read, judged, compared by meaning, brought up to date, written for Corosync 3.1. Pure."""
