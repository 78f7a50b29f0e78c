"""What a profile must be, and how its confirmation goes on."""

from __future__ import annotations

from services.identity.profiles.domain.completeness import missing_of
from services.identity.profiles.domain.confirmation import (
    answered,
    asked,
    contact_errors,
    submitted,
)
from services.identity.profiles.domain.profile import Checked, Form, checked

__all__ = [
    "Checked",
    "Form",
    "answered",
    "asked",
    "checked",
    "contact_errors",
    "missing_of",
    "submitted",
]
