"""Requests over HTTP: a citizen's own, and the desk's list."""

from __future__ import annotations

from services.scheduling.requests.api.citizens import router
from services.scheduling.requests.api.desks import router as desks

__all__ = ["desks", "router"]
