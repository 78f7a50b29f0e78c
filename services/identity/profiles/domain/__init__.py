"""What a profile must be, and how its confirmation goes on."""

from __future__ import annotations

from services.identity.profiles.domain.confirmation import answered, asked, submitted
from services.identity.profiles.domain.profile import Checked, Form, checked

__all__ = ["Checked", "Form", "answered", "asked", "checked", "submitted"]
