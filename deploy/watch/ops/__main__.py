"""`python -m deploy.watch.ops`: watch and show until told to stop."""

from __future__ import annotations

import uvicorn

from deploy.watch.ops.app import build
from deploy.watch.ops.settings import OpsSettings
from services.chassis.telemetry.logging import configure


def main() -> None:
    """Serve until SIGTERM."""
    settings = OpsSettings()
    configure("ops", fmt=settings.platform.log_format, level=settings.platform.log_level)
    uvicorn.run(
        build(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
        server_header=False,
    )


if __name__ == "__main__":
    main()
