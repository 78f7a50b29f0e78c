"""Composition root: everything of scheduling is built here and passed in."""

from __future__ import annotations

from services.scheduling.app.build import build

__all__ = ["build"]
