"""What heads, those whom they ask, and the register do about legal entities."""

from __future__ import annotations

from services.identity.organisations.usecases.heads import Heads, RegisterAnswer
from services.identity.organisations.usecases.offers import Offers

__all__ = ["Heads", "Offers", "RegisterAnswer"]
