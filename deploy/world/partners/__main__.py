"""`python -m deploy.world.partners`: run the simulator until it is told to stop."""

from __future__ import annotations

from deploy.world.partners.app import build
from deploy.world.partners.settings import PartnersSettings
from services.chassis.runtime.service import serve

if __name__ == "__main__":
    serve(build(PartnersSettings()))
