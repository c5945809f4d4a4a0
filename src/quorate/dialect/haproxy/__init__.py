"""haproxy.cfg: read, judged by what HAProxy 2.6 says, and written. Pure."""
