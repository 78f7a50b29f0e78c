"""Asking a desk for a doctor, and the desk's answers."""

from __future__ import annotations

from services.scheduling.requests.usecases.answering import Answering
from services.scheduling.requests.usecases.asking import Asking

__all__ = ["Answering", "Asking"]
