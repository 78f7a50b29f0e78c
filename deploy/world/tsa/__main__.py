"""`python -m deploy.world.tsa`: settings `TSA_HOST`, `TSA_PORT`, `TSA_PKI_DIR`, `TSA_TRUST_DIR`.

The authority of stamps and, beside it, the desk of the demo's certification authority.
"""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import uvloop
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.world.pki.desk import Desk
from deploy.world.tsa.authority import load_authority
from deploy.world.tsa.server import serve


class Settings(BaseSettings):
    """Where to listen and where the key is."""

    model_config = SettingsConfigDict(env_prefix="TSA_", frozen=True)

    host: str = "127.0.0.1"
    port: int = 8191
    pki_dir: Path
    trust_dir: Path | None = None
    """Where outsiders read the lists; in the PKI's own directory unless set."""


async def main(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    desk = Desk(settings.pki_dir, settings.trust_dir)
    server = await serve(load_authority(settings.pki_dir), settings.host, settings.port, desk)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    port = server.sockets[0].getsockname()[1]
    print(f"tsa: listening on {settings.host}:{port}", flush=True)
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    uvloop.run(main(Settings()))  # pydantic reads the required directory from the environment
