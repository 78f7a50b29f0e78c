"""Ordinary messages until they are there or hopeless, codes once, and the journal of both."""

from __future__ import annotations

from services.notifier.delivery.usecases.codes import Codes
from services.notifier.delivery.usecases.journal import OwnMessages
from services.notifier.delivery.usecases.sending import Sending

__all__ = ["Codes", "OwnMessages", "Sending"]
