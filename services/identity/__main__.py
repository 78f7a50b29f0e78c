"""`python -m services.identity`: run the service with the settings of the environment."""

from __future__ import annotations

from services.chassis.runtime.service import serve
from services.identity.app import build
from services.identity.settings import Settings

if __name__ == "__main__":
    serve(build(Settings()))
