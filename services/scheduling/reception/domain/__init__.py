"""What a clinic asks of visits."""

from __future__ import annotations

from services.scheduling.reception.domain.rules import (
    MANDATORY,
    Assent,
    Reception,
    VisitRule,
    price_of,
)

__all__ = ["MANDATORY", "Assent", "Reception", "VisitRule", "price_of"]
