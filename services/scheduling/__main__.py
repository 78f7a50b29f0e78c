"""`python -m services.scheduling`: run the service until it is told to stop."""

from __future__ import annotations

from services.chassis.runtime.service import serve
from services.scheduling.app import build
from services.scheduling.settings import Settings

if __name__ == "__main__":
    serve(build(Settings()))
