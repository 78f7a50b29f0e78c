"""`python -m deploy.world.sinks`."""

from __future__ import annotations

from types import FrameType
from typing import cast

import uvicorn
from fastapi import FastAPI

from deploy.world.sinks.app import build
from deploy.world.sinks.settings import SinksSettings


class _Server(uvicorn.Server):
    """Lets the pages that wait for news go first, so that none of them delays the end."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        cast("FastAPI", self.config.app).state.sinks.messages.release()
        super().handle_exit(sig, frame)


def main() -> None:
    """Serve until SIGTERM."""
    settings = SinksSettings()
    config = uvicorn.Config(
        build(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        timeout_graceful_shutdown=2,
    )
    _Server(config).run()


if __name__ == "__main__":
    main()
