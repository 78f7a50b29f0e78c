"""Load → decide → save and record events: one method per verb, one transaction each."""

from services.certificates.usecases.applications import Applications
from services.certificates.usecases.ledger import Ledger
from services.certificates.usecases.registry import Registry
from services.certificates.usecases.reviews import Reviews

__all__ = ["Applications", "Ledger", "Registry", "Reviews"]
