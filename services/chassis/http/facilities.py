"""What routes are given: one object of each type, provided when the application is built.

A route asks by type and gets that type, so that a program which has only some of them (a page of
operations has no database) provides those and nothing that looks like the rest.
"""

from __future__ import annotations

from inspect import Parameter, Signature
from typing import Generic, TypeVar

from fastapi import FastAPI, Request

T = TypeVar("T")
_BY_NAME = Parameter.POSITIONAL_OR_KEYWORD


def provide(app: FastAPI, *facilities: object) -> None:
    """Give these to the application's routes, each under its own class."""
    known: dict[type, object] = app.state._state.setdefault("facilities", {})  # noqa: SLF001 - the attribute may not be there yet
    known.update((type(facility), facility) for facility in facilities)


def is_provided(app: FastAPI, kind: type) -> bool:
    """Whether the application was given one by now."""
    return kind in getattr(app.state, "facilities", ())


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


class Facility(Generic[T]):
    """A dependency that is the same for every request: where it is known, nobody need ask again."""

    # FastAPI reads the annotations of functions as text, but not those of objects
    __signature__ = Signature([Parameter("request", _BY_NAME, annotation=Request)])

    def __init__(self, kind: type[T]) -> None:
        self.kind = kind

    async def __call__(self, request: Request) -> T:
        """The application's."""
        return find(request.app, self.kind)


def facility(kind: type[T]) -> Facility[T]:
    """The dependency of a route: `Annotated[Bookings, Depends(facility(Bookings))]`."""
    return Facility(kind)
