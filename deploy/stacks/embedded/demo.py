"""The demo accounts, read from `deploy/world/demo/accounts.json`, their only source."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy import ROOT

ACCOUNTS_FILE = ROOT / "deploy" / "world" / "demo" / "accounts.json"


@dataclass(frozen=True)
class DemoAccount:
    """What a person types to sign in, and where their messages arrive."""

    role: str
    name: str
    login: str
    password: str
    phone: str
    email: str

    def row(self) -> tuple[str, str]:
        """Two columns of the start-up table."""
        return (
            self.role,
            f"{self.name}: {self.login} / {self.password} · {self.phone} · {self.email}",
        )


def demo_accounts(file: Path = ACCOUNTS_FILE) -> tuple[DemoAccount, ...]:
    """Everyone who can log in as soon as the demo is open."""
    entries: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["accounts"]
    return tuple(
        DemoAccount(
            role=entry["role"],
            name=" ".join(entry["name"][part] for part in ("last", "first", "middle")),
            login=entry.get("login", entry["phone"]),
            password=entry["password"],
            phone=entry["phone"],
            email=entry["email"],
        )
        for entry in entries
    )
