"""What can be done with timetables: plan a change, look at what it does, and apply it."""

from __future__ import annotations

from services.scheduling.changes.usecases.applying import Applying
from services.scheduling.changes.usecases.clinics import ClinicsHours
from services.scheduling.changes.usecases.planning import Planning
from services.scheduling.changes.usecases.told import Told

__all__ = ["Applying", "ClinicsHours", "Planning", "Told"]
