"""ui: the command line. It reads arguments, calls one function of a room below, and shows what came back. No logic."""
