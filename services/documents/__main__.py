"""`python -m services.documents`: run the service with the settings of the environment.

`… rekey` brings every private key under the newest secret, `… journal DOCTOR…` proves what was
signed.
"""

from __future__ import annotations

import asyncio
import sys

from services.chassis.runtime.service import serve
from services.documents.app import build
from services.documents.settings import Settings
from services.documents.signers.api.commands import COMMANDS, command

if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in COMMANDS:
        sys.exit(asyncio.run(command(build(Settings()), sys.argv[1:])))
    serve(build(Settings()))
