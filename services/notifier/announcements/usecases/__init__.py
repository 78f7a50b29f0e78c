"""Announcing: what is told, to whom and when."""

from __future__ import annotations

from services.notifier.announcements.actions import LATER, SOON, WAIT
from services.notifier.announcements.usecases.announcing import Announcements
from services.notifier.announcements.usecases.visits import PENDING, TALON_WAIT, Visits

__all__ = ["LATER", "PENDING", "SOON", "TALON_WAIT", "WAIT", "Announcements", "Visits"]
