"""What a clinic asks of visits."""

from __future__ import annotations

from services.scheduling.reception.domain.rules import Assent, Reception, VisitRule

__all__ = ["Assent", "Reception", "VisitRule"]
