"""Staff find people, correct what papers say otherwise, and stand in for a missing policy."""

from __future__ import annotations

from services.identity.people.usecases.helping import Corrections, Insurance
from services.identity.people.usecases.searching import MOST_FOUND, People

__all__ = ["MOST_FOUND", "Corrections", "Insurance", "People"]
