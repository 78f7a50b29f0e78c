"""What representatives, registrars and the registry do about representations."""

from __future__ import annotations

from services.identity.representations.usecases.acting import Acting
from services.identity.representations.usecases.claims import Claims, RegistryAnswer
from services.identity.representations.usecases.holding import Holding

__all__ = ["Acting", "Claims", "Holding", "RegistryAnswer"]
