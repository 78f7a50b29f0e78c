"""What the features above do to an application inside their own transactions."""

from __future__ import annotations

from services.certificates.applications.actions.cases import CLAIM_TIMER, DEADLINE_TIMER, Cases
from services.certificates.applications.actions.receipts import ReceiptOrders

__all__ = ["CLAIM_TIMER", "DEADLINE_TIMER", "Cases", "ReceiptOrders"]
