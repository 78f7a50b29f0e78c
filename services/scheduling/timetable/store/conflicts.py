"""Two writers met. The driver would run the loser's transaction again and again; we look first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import DuplicateKeyError, OperationFailure


class WriteConflictError(Exception):
    """Somebody else is writing the same thing right now; nothing of ours happened."""


@contextmanager
def named_conflicts() -> Iterator[None]:
    """Turn a write conflict into `WriteConflictError`, which ends the transaction at once."""
    try:
        yield
    except DuplicateKeyError as error:
        raise WriteConflictError from error
    except OperationFailure as error:
        if error.has_error_label("TransientTransactionError"):
            raise WriteConflictError from error
        raise
