"""machines: the only door to machines. Run a command, put a file, get a file; by SSH, or a fake in unit tests."""
