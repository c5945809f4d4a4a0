"""Shape: which models of the cluster file a path of keys leads to. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel


def models_at(model: type[BaseModel], path: Iterable[str | int]) -> set[type[BaseModel]]:
    """Return the models that the value at a location (as pydantic gives it) could be."""
    here: list[Any] = [model]
    for step in path:
        here = [inner for annotation in here for inner in _inside(annotation, step)]
    return {
        annotation for annotation in _flat(here) if isinstance(annotation, type) and issubclass(annotation, BaseModel)
    }


def _inside(annotation: Any, step: str | int) -> Iterator[Any]:
    for flat in _flat([annotation]):
        if isinstance(flat, type) and issubclass(flat, BaseModel):
            if step in {flat.__name__, f"<{flat.__name__.lower()}>"}:
                yield flat  # the branch of a union that pydantic took
            for name, field in flat.model_fields.items():
                if step in {name, field.alias}:
                    yield field.annotation
        elif get_origin(flat) in {dict, Mapping}:
            yield get_args(flat)[1]
        elif get_origin(flat) in {list, tuple} and isinstance(step, int):
            yield get_args(flat)[0]
        elif get_origin(flat) in {list, tuple}:
            yield from _inside(get_args(flat)[0], step)  # a list of one may be written without its list


def _flat(annotations: Iterable[Any]) -> Iterator[Any]:
    """Yield annotations with Annotated and unions taken apart."""
    for annotation in annotations:
        if get_origin(annotation) is Annotated:
            yield from _flat(get_args(annotation)[:1])
        elif get_args(annotation) and get_origin(annotation) not in {dict, list, tuple, Mapping}:
            yield from _flat(get_args(annotation))
        else:
            yield annotation
