"""The red flags, and what a text of symptoms says of them."""

from __future__ import annotations

from services.scheduling.triage.domain.flags import QUESTIONS, RedFlag, Said, flags_of
from services.scheduling.triage.domain.text import flags_in

__all__ = ["QUESTIONS", "RedFlag", "Said", "flags_in", "flags_of"]
