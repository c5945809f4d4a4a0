"""sections: the shape of the cluster file as it is written, one module per section, as pydantic models.

Nothing is derived here: what the operator left out is None. The models say what may be written, and carry the
descriptions that `quorate schema` prints for editors. Pure.
"""
