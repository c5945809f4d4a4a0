"""The commands of pcs: what `--output-format=cmd` prints and guides print for typing in, to model and back. Pure."""
