"""Rules of an import, one file each: what is outdated or unsafe, why, and what it becomes today."""
