"""What the notifier does: plans messages, sends them, shows the journal. One transaction each."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifier.usecases.cabinet import Cabinet
from services.notifier.usecases.planning import Planning
from services.notifier.usecases.sending import Sending


@dataclass(frozen=True)
class UseCases:
    """The three parts: from events, from timers, from the citizen."""

    planning: Planning
    sending: Sending
    cabinet: Cabinet
