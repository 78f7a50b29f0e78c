"""Everything that puts the services somewhere, in five rooms: stacks, world, watch, gateway, tools.

Nothing in `services/` or `contracts/` may import from here.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The project's directory."""
