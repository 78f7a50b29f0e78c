"""What all features of documents are given, and what all their routes ask for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from services.chassis.http.auth import Principal, Role, require

Citizen = Annotated[Principal, Depends(require(Role.CITIZEN))]
Confirmed = Annotated[Principal, Depends(require(Role.CITIZEN, confirmed=True))]
Person = Annotated[Principal, Depends(require(Role.CITIZEN, Role.DOCTOR))]
Limit = Annotated[int, Query(ge=1, le=100)]
