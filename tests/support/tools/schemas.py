"""Values that a JSON schema of our OpenAPI documents allows, as Hypothesis strategies.

Only the words that Pydantic writes; one that is not known fails the test that meets it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

Schema = Mapping[str, Any]
Strategy = st.SearchStrategy[Any]
BENT: tuple[Any, ...] = (
    *(None, True, -1, 1e308, 10**30, "", " ", "\x00", "\ud7ff", "😀" * 3, "a" * 5000, "$gt"),
    *([], {}, [[]], {"$gt": ""}, "0001-01-01", "9999-12-31T23:59:59-14:00", "../../etc/passwd"),
)  # fmt: skip
"""What nobody would send."""
_MOST = 3
_LONGEST = 40
_FORMATS: Mapping[str, Strategy] = {
    "date": st.dates().map(str),
    "date-time": st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat()),
    "time": st.times().map(str),
    "email": st.emails(),
}
_BOUNDS = {"minimum": "min_value", "maximum": "max_value"}


def allowed(schema: Schema, parts: Schema) -> Strategy:
    """What a schema allows; `parts` are the document's named schemas."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return st.deferred(lambda: allowed(parts[name], parts))
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    several = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if several:
        return st.one_of([allowed(one, parts) for one in several])
    return _TYPES[schema.get("type")](schema, parts)


def _object(schema: Schema, parts: Schema) -> Strategy:
    more = schema.get("additionalProperties")
    if isinstance(more, dict) and "properties" not in schema:
        names = st.text(min_size=1, max_size=12)
        return st.dictionaries(names, allowed(more, parts), max_size=_MOST)
    fields = {name: allowed(one, parts) for name, one in schema.get("properties", {}).items()}
    needed = {name: fields.pop(name) for name in schema.get("required", [])}
    return st.fixed_dictionaries(needed, optional=fields)


def _array(schema: Schema, parts: Schema) -> Strategy:
    most = min(schema.get("maxItems", _MOST), _MOST)
    least = min(schema.get("minItems", 0), most)
    return st.lists(allowed(schema.get("items", {}), parts), min_size=least, max_size=most)


def _string(schema: Schema, _: Schema) -> Strategy:
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True)
    most = min(schema.get("maxLength", _LONGEST), _LONGEST)
    text = st.text(min_size=min(schema.get("minLength", 0), most), max_size=most)
    return _FORMATS.get(schema.get("format", ""), text)


def _integer(schema: Schema, _: Schema) -> Strategy:
    return st.integers(**{_BOUNDS[word]: schema[word] for word in _BOUNDS if word in schema})


def _number(schema: Schema, _: Schema) -> Strategy:
    bounds = {_BOUNDS[word]: schema[word] for word in _BOUNDS if word in schema}
    return st.floats(**bounds, allow_nan=False, allow_infinity=False)


_TYPES: Mapping[str | None, Callable[[Schema, Schema], Strategy]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": lambda *_: st.booleans(),
    "null": lambda *_: st.none(),
    None: lambda *_: st.sampled_from(BENT),
}
