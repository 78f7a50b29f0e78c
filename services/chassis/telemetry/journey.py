"""What travels with a piece of work: correlation, cause, trace. Set at the edges, read inside.

W3C Trace Context, and no more of it than we need: what comes from outside and is not valid (wrong
form, all zeros, version ff) is replaced, never passed on.
"""

from __future__ import annotations

import random
import re
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Self

_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16
_SAMPLED = 1
_MEMBER = r"[a-z0-9][a-z0-9_*/@-]{0,255}=[!-+\--<>-~]{1,256}"
_STATE = re.compile(rf"{_MEMBER}([ \t]*,[ \t]*{_MEMBER}){{0,31}}")
_LONGEST_STATE = 512


@dataclass(frozen=True)
class TraceContext:
    """The parts of a valid `traceparent`."""

    trace_id: str
    span_id: str
    sampled: bool

    @classmethod
    def parse(cls, traceparent: str | None) -> Self | None:
        """The parts; None when it is none by the rules of W3C Trace Context."""
        found = _FORM.fullmatch(traceparent or "")
        if found is None:
            return None
        version, trace_id, span_id, flags, more = found.groups()
        if version == "ff" or (version == "00" and more) or trace_id == _NO_TRACE:
            return None
        if span_id == _NO_SPAN:
            return None
        return cls(trace_id, span_id, bool(int(flags, 16) & _SAMPLED))

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"


def valid_tracestate(value: str | None) -> str | None:
    """The header as it came; None when it is none by the rules of W3C Trace Context."""
    if value is None or len(value) > _LONGEST_STATE or not _STATE.fullmatch(value):
        return None
    return value


@dataclass(frozen=True)
class Journey:
    """Which journey this work belongs to and what caused it (`traceparent`: W3C Trace Context).

    `fresh`: the trace begins with this work, so no span has the id that `traceparent` names.
    `follows`: the `traceparent` of earlier work that this trace is a consequence of.
    `tracestate`: what tracing systems before us sent along. It is anybody's text: it is passed on
    in headers, and neither logged nor kept.
    """

    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None
    fresh: bool = False
    follows: str | None = None
    tracestate: str | None = None

    @property
    def trace_id(self) -> str | None:
        """The trace, for people and log lines."""
        return self.traceparent[3:35] if self.traceparent else None


_current: ContextVar[Journey | None] = ContextVar("journey", default=None)


def random_hex(size: int) -> str:
    """So many random bytes in hex, to tell things apart; never all zeros.

    No secret, hence not of the kernel: that call gives up the interpreter, and in a busy process
    getting it back costs more than all the rest of a request's bookkeeping.
    """
    return f"{random.getrandbits(8 * size) or 1:0{2 * size}x}"


def new_traceparent(*, sampled: bool = True) -> str:
    """A fresh W3C `traceparent` for work that came without a valid one."""
    return f"00-{random_hex(16)}-{random_hex(8)}-{'01' if sampled else '00'}"


def current() -> Journey:
    """The journey of the running task; work started by nobody gets one of its own."""
    journey = _current.get()
    if journey is None:
        journey = Journey(random_hex(16))
        _current.set(journey)
    return journey


def known() -> Journey | None:
    """The journey of the running task, if it has one."""
    return _current.get()


class travelling:  # noqa: N801 - used as a function is; a generator would cost every step three times as much
    """Run the block as part of `journey`; log lines inside carry its ids (see `logging`)."""

    __slots__ = ("_before", "_journey")

    def __init__(self, journey: Journey) -> None:
        self._journey = journey

    def __enter__(self) -> Journey:
        self._before = _current.set(self._journey)
        return self._journey

    def __exit__(self, *_: object) -> None:
        _current.reset(self._before)
