"""What the features above do with codes."""

from __future__ import annotations

from services.identity.codes.actions.codes import Codes
from services.identity.codes.actions.limits import CodeLimits

__all__ = ["CodeLimits", "Codes"]
