"""Example cluster files: one for each kind of service, by the kind's name, and the files NAME.yaml of this folder.

The first line of a file is a comment that says what it is. Pure but for reading the package's own files.
"""

from importlib import resources

from quorate.catalog.services import kinds


def blueprints() -> dict[str, tuple[str, str]]:
    """Return what each example is, and its text, by name; the kinds of services first."""
    found = {name: ((kind.__doc__ or "").strip().splitlines()[0], kind.example) for name, kind in kinds().items()}
    folder = resources.files(__name__)
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        name, dot, ending = file.name.rpartition(".")
        if dot and ending == "yaml":
            text = file.read_text("utf-8")
            found[name] = (text.splitlines()[0].lstrip("# "), text)
    return found
