# SPDX-License-Identifier: AGPL-3.0-or-later
"""JSON to and from the shapes, strictly: a field that is missing, is not one, or is not of its kind is refused by its
name, and no value is turned into another. Bounds on what is read are the callers'."""

import dataclasses
import json
from collections.abc import Hashable
from functools import cache
from pathlib import PurePath
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from journalist_ui.refusals import BadInput
from journalist_ui.shapes.asked import Whole

Shape = TypeVar("Shape")
_NAMES = {"sender": "from"}
"""Fields whose name on the wire is a word that Python keeps for itself."""


def plain(value: object) -> object:
    """A shape, or several, as what JSON knows. A field is left out while it has its default."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        found = [(field, getattr(value, field.name)) for field in dataclasses.fields(value)]
        return {_NAMES.get(field.name, field.name): plain(one) for field, one in found if one != field.default}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return str(value) if isinstance(value, PurePath) else value


def to_json(value: object) -> str:
    """On one line, ASCII only: what a source wrote stays inert on the way to a terminal."""
    return json.dumps(plain(value))


def read_object(data: bytes) -> dict[str, object]:
    """Raises BadInput."""
    try:
        found: object = json.loads(data)
    except (ValueError, RecursionError):
        raise BadInput("The request is not JSON.") from None
    if not isinstance(found, dict):
        raise BadInput("The request is not a JSON object.")
    return found


def read_shape(shape: type[Shape], found: dict[str, object]) -> Shape:
    """The shape of which these are the fields. Raises BadInput."""
    fields = _fields(cast(Hashable, shape))
    for name in found:
        if name not in fields:
            raise BadInput(f"{name[:40]} is not known here: the desk and what asks it are of two releases.")
    for name, field in fields.items():
        if field.needed and name not in found:
            whole = _whole(field.kind)
            raise BadInput(whole.say if whole else f"{name} is missing.")
    return shape(**{fields[name].name: _value(fields[name].kind, one, name) for name, one in found.items()})


# A type as an annotation says it, Annotated and unions too: typing has no name for the kind of such things.
Kind = Any


@dataclasses.dataclass(frozen=True)
class _Field:
    name: str
    kind: Kind
    needed: bool


@cache
def _fields(shape: Kind) -> dict[str, _Field]:
    """By the name on the wire."""
    kinds = get_type_hints(shape, include_extras=True)
    return {
        _NAMES.get(one.name, one.name): _Field(one.name, kinds[one.name], one.default is dataclasses.MISSING)
        for one in dataclasses.fields(shape)
    }


def _whole(kind: Kind) -> Whole | None:
    return next((one for one in get_args(kind) if isinstance(one, Whole)), None)


def _value(kind: Kind, found: object, name: str) -> object:
    """Raises BadInput."""
    if whole := _whole(kind):
        if type(found) is not int or not whole.least <= found < whole.end:
            raise BadInput(whole.say)
        return found
    origin: Kind = get_origin(kind)
    args = get_args(kind)
    if origin in (Union, UnionType):
        # A shape is itself or None, never one of several; what may be a list too says so.
        if found is None:
            return None
        kinds = [one for one in args if one is not NoneType]
        fitting = (one for one in kinds if (get_origin(one) is tuple) == isinstance(found, list))
        return _value(next(fitting, kinds[0]), found, name)
    if origin is tuple and isinstance(found, list):
        return tuple(_value(args[0], one, name) for one in found)
    if origin is dict and isinstance(found, dict):
        return {key: _value(args[1], one, name) for key, one in found.items()}
    if dataclasses.is_dataclass(kind) and isinstance(found, dict):
        return read_shape(cast(type, kind), found)
    if type(found) is kind or (kind is float and type(found) is int):
        return found
    raise BadInput(f"{name} is not of its kind.")
