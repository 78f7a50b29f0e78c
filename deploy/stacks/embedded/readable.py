"""A JSON log line as a person reads it: time, level, what happened, and the fields that matter.

What is no JSON object of a known shape passes as it is: nothing that a process says gets lost.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

# Shown elsewhere in the line, or only of use to `make journey`, which reads the files.
_HIDDEN = frozenset(
    {"timestamp", "level", "service", "event", "logger", "trace_id", "causation_id", "exception"}
    | {"ts", "msg"}
)
_SHORT = 8
_LONGEST = 120


def readable(line: str) -> str:
    """The line for a terminal; several lines where there is a stack trace."""
    if not line.startswith("{"):
        return line
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        return line
    text, at = said.get("event") or said.get("msg"), said.get("timestamp") or said.get("ts")
    if not isinstance(text, str) or at is None:
        return line
    shown = [_time(at), f"{said.get('level', 'info'):<7}", text]
    shown += [f"{name}={_value(name, value)}" for name, value in said.items() if _seen(name, value)]
    trace = said.get("exception")
    return " ".join(shown) + (f"\n{trace}" if trace else "")


def _seen(name: str, value: Any) -> bool:
    return name not in _HIDDEN and value not in (None, "", {}, [])


def _time(at: Any) -> str:
    """The local time of day; only this machine's person reads it."""
    try:
        when = (
            datetime.fromtimestamp(at).astimezone()
            if isinstance(at, int | float)
            else datetime.fromisoformat(at).astimezone()
        )
    except (ValueError, TypeError, OverflowError):
        return str(at)
    return when.strftime("%H:%M:%S.%f")[:-3]


def _value(name: str, value: Any) -> str:
    if name == "events" and isinstance(value, list):
        kinds = dict.fromkeys(str(e.get("type")) for e in value if isinstance(e, dict))
        return f"{len(value)}×[{' '.join(kinds)}]"
    if isinstance(value, dict):
        return "{" + " ".join(f"{k}={_value(k, v)}" for k, v in value.items()) + "}"
    text = str(value)
    if name == "correlation_id":
        return text[:_SHORT]
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
