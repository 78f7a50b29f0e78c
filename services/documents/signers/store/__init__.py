"""Collections of signers: `signers`, the copies `staff` and `clinics`, the journal of signing."""

from services.chassis.database.client import Indexes
from services.documents.signers.store import journal, people, signers

INDEXES: Indexes = {**signers.INDEXES, **people.INDEXES, **journal.INDEXES}
"""Of all of them."""
