"""What the notifier does: plans messages, sends them, shows the journal. One transaction each."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifier.announcements.usecases import Planning
from services.notifier.delivery.usecases import Sending
from services.notifier.recipients.usecases import Cabinet


@dataclass(frozen=True)
class UseCases:
    """The three parts: from events, from timers, from the citizen."""

    planning: Planning
    sending: Sending
    cabinet: Cabinet
