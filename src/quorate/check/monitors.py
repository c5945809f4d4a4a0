"""Monitors: the recurring checks a primitive will have, as given. Pure.

Where none is given, quorate writes those the agent advises (render.operations); a given one replaces all of them.
"""

from quorate.describe.resources import Operation, Primitive


def monitors(primitive: Primitive) -> tuple[Operation, ...]:
    """Return the monitor operations the file or the service gives."""
    return tuple(operation for operation in primitive.operations if operation.name == "monitor")
