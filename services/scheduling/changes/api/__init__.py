"""Timetables over HTTP: for a clinic's administrator and registrars."""

from __future__ import annotations

from services.scheduling.changes.api.clinics import router as clinics
from services.scheduling.changes.api.doctors import router as doctors

__all__ = ["clinics", "doctors"]
