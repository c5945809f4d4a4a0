"""drbd.conf and drbd.d/*.res of DRBD 8.3, 8.4 and 9: read, judged, and written. Pure."""
