"""What routes are given: one object of each type, provided when the application is built.

A route asks by type and gets that type, so that a program which has only some of them (a page of
operations has no database) provides those and nothing that looks like the rest.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI, Request

T = TypeVar("T")


def provide(app: FastAPI, *facilities: object) -> None:
    """Give these to the application's routes, each under its own class."""
    known: dict[type, object] = app.state._state.setdefault("facilities", {})  # noqa: SLF001 - the attribute may not be there yet
    known.update((type(facility), facility) for facility in facilities)


def find(app: FastAPI, kind: type[T]) -> T:
    """The facility of this class.

    Raises:
        LookupError: the application was built without it.
    """
    found = app.state.facilities.get(kind)
    if not isinstance(found, kind):
        message = f"{app.title} is not given a {kind.__name__}"
        raise LookupError(message)  # noqa: TRY004 - it is not there: no wrong type was given
    return found


def facility(kind: type[T]) -> Callable[[Request], Awaitable[T]]:
    """The dependency of a route: `Annotated[Bookings, Depends(facility(Bookings))]`."""

    async def given(request: Request) -> T:
        return find(request.app, kind)

    return given
