"""What announcements hear: each event becomes a notice, and that becomes messages."""

from __future__ import annotations

from services.chassis.kafka.dispatcher import Handlers
from services.notifier.announcements.consumers import general, visits, waiting
from services.notifier.announcements.consumers.notices import facts_of
from services.notifier.announcements.usecases import Announcements, Visits

TEMPLATE_OF = {**general.TEMPLATE_OF, **visits.TEMPLATE_OF, **waiting.TEMPLATE_OF}
"""What each event is told with."""

__all__ = ["TEMPLATE_OF", "facts_of", "handlers"]


def handlers(announcements: Announcements, of_visits: Visits) -> Handlers:
    """Event type → what to do with it."""
    return {
        **general.handlers(announcements),
        **visits.handlers(announcements, of_visits),
        **waiting.handlers(announcements),
    }
