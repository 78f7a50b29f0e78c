"""`python -m services.identity`: run the service with the settings of the environment.

`… admin --full-name … --phone …` makes the first administrator of an installation instead.
"""

from __future__ import annotations

import asyncio
import sys

from services.chassis.runtime.service import serve
from services.identity.app import build
from services.identity.installation.api import COMMAND, admin
from services.identity.settings import Settings

if __name__ == "__main__":
    if sys.argv[1:2] == [COMMAND]:
        sys.exit(asyncio.run(admin(build(Settings()), sys.argv[2:])))
    serve(build(Settings()))
