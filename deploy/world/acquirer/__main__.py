"""`python -m deploy.world.acquirer`."""

from __future__ import annotations

import uvicorn

from deploy.world.acquirer.app import build
from deploy.world.acquirer.settings import AcquirerSettings


def main() -> None:
    """Serve until SIGTERM."""
    settings = AcquirerSettings()
    uvicorn.run(
        build(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main()
