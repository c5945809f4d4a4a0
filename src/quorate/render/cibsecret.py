"""What fits into a CIB secret. A value in, what is wrong with it in words out. Pure.

Pacemaker's executor and fencer read a secret as one line, cut trailing blanks, and compare its MD5 with the .sign
file; where they differ the resource counts as not configured, and nothing says why (found by asking liblrmd of
Pacemaker 2.1.5 with values of all shapes). So a value that would not survive is refused before it is written.
"""

LENGTH_MAX = 254
"""In bytes."""


def secret_problem(value: str) -> str | None:
    """Return why Pacemaker could not read `value` back, None where it can. The value is never repeated."""
    if not value:
        return "it is empty"
    if any("\ud800" <= character <= "\udfff" for character in value):
        return "it is not text"
    if "\n" in value or "\r" in value or "\0" in value:
        return "it has more than one line"
    if value != value.rstrip():
        return "it ends in a blank, which Pacemaker cuts off"
    if len(value.encode()) > LENGTH_MAX:
        return f"it is longer than {LENGTH_MAX} bytes"
    return None
