"""One file per command; each defines `command`. Heavy imports happen inside the function, so that --help is quick."""
