"""Facts, one file each: COMMAND (or command_for), parse(output, status), and the frozen type that parse returns.

parse is pure. It raises errors.Unknown where the output is no answer (the daemon does not run, the tool is missing):
not knowing is never turned into a good or a bad answer.
"""
