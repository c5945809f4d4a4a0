"""Kinds of failures, one file each, found by being there; the protocol is `Kind` in failure.py."""
