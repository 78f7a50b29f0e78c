"""Acting for another over HTTP: what representatives and registrars ask, and the token."""

from __future__ import annotations

from services.identity.representations.api.desk import router as desk
from services.identity.representations.api.routes import router

__all__ = ["desk", "router"]
