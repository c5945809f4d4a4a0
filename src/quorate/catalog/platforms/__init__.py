"""One file per family of distributions: package, unit and path names."""
