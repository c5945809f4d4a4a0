"""Kinds of texts: `TITLE`, `is_whole(rows)`, `lines(rows)`: numbers, from 1, of the lines of a guide that are of it."""
