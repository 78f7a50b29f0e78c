"""Which errors may work later, and how to tell of any error without telling of a person.

Messages of database and validation errors quote values; those never reach a log line.
"""

from __future__ import annotations

import traceback
from types import TracebackType

from pymongo.errors import ConnectionFailure, ExecutionTimeout, OperationFailure, PyMongoError

from services.chassis.foundation.errors import AccidentError, RefusalError

_ACCIDENTS = (AccidentError, ConnectionFailure, ExecutionTimeout, OSError, TimeoutError)
_QUOTING = ("pymongo", "pydantic", "pydantic_core", "bson")


def is_accident(error: BaseException) -> bool:
    """Whether a dependency failed, so that the same call may work later."""
    if isinstance(error, OperationFailure):
        return bool(error.has_error_label("TransientTransactionError")) or error.timeout
    return isinstance(error, _ACCIDENTS) or (isinstance(error, PyMongoError) and error.timeout)


def _quotes_values(kind: type[BaseException]) -> bool:
    return kind.__module__.partition(".")[0] in _QUOTING


def redacted(error: BaseException) -> str:
    """The error in one line, without values that it may quote."""
    if _quotes_values(type(error)) or isinstance(error, RefusalError):
        return f"{type(error).__name__}: {getattr(error, 'code', '')}"
    return f"{type(error).__name__}: {error}"[:300]


def redacted_with_frames(
    exc_info: tuple[type[BaseException], BaseException, TracebackType | None],
) -> str:
    """A stack trace without values that the error, or one behind it, may quote."""
    kind, error, trace = exc_info
    told_so_far = traceback.TracebackException(kind, error, trace, compact=True)
    links: list[tuple[traceback.TracebackException | None, BaseException | None]] = [
        (told_so_far, error)
    ]
    while links:
        part, cause = links.pop()
        if part is None or cause is None:
            continue
        if _quotes_values(type(cause)):
            part._str = getattr(cause, "code", "")  # type: ignore[attr-defined] # noqa: SLF001 - the standard library has no other way
        links.append((part.__cause__, cause.__cause__))
        links.append((part.__context__, cause.__context__))
    return "".join(told_so_far.format()).rstrip()
