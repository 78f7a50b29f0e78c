"""What announcements hear: each event becomes a notice, and that becomes messages."""

from __future__ import annotations

from services.chassis.foundation.encryption import Encryption
from services.chassis.kafka.dispatcher import Handlers
from services.notifier.announcements.consumers import general, letters, visits, waiting
from services.notifier.announcements.consumers.notices import facts_of
from services.notifier.announcements.usecases import Announcements, Visits

TEMPLATE_OF = {
    **general.TEMPLATE_OF,
    **letters.TEMPLATE_OF,
    **visits.TEMPLATE_OF,
    **waiting.TEMPLATE_OF,
}
"""What each event is told with."""

__all__ = ["TEMPLATE_OF", "facts_of", "handlers"]


def handlers(announcements: Announcements, of_visits: Visits, of_letters: Encryption) -> Handlers:
    """Event type → what to do with it; `of_letters` decrypts documents that are mailed."""
    return {
        **general.handlers(announcements),
        **letters.handlers(announcements, of_letters),
        **visits.handlers(announcements, of_visits),
        **waiting.handlers(announcements),
    }
