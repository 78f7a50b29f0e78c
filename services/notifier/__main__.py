"""Runs the notifier: `python -m services.notifier`."""

from __future__ import annotations

from services.chassis.runtime.service import serve
from services.notifier.app import build
from services.notifier.settings import Settings

if __name__ == "__main__":
    serve(build(Settings()))
