"""What every route works with."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from deploy.world.acquirer.book import Book
from deploy.world.acquirer.callbacks import Callbacks
from deploy.world.acquirer.settings import AcquirerSettings


@dataclass(frozen=True)
class Desk:
    """Book, callbacks and settings of one acquirer."""

    settings: AcquirerSettings
    book: Book
    callbacks: Callbacks


def desk_of(request: Request) -> Desk:
    """Of the application that serves `request`."""
    desk: Desk = request.app.state.desk
    return desk
