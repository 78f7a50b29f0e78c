"""What a member of staff must be, who may say so, and how they come and go."""

from __future__ import annotations

from services.identity.staff.domain.employment import (
    changed,
    dismissed,
    invited_for,
    made,
    require_over_posts,
)
from services.identity.staff.domain.form import Entered, PostForm, StaffForm, checked
from services.identity.staff.domain.practice import (
    ConferenceForm,
    PracticeForm,
    QualificationForm,
)

__all__ = [
    "ConferenceForm",
    "Entered",
    "PostForm",
    "PracticeForm",
    "QualificationForm",
    "StaffForm",
    "changed",
    "checked",
    "dismissed",
    "invited_for",
    "made",
    "require_over_posts",
]
