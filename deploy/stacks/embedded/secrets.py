"""What two programs share and nobody else may know: a demo's are public, others are made once.

They stay in the data directory, readable by its owner only; whoever loses them loses what was
encrypted with them.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

_READERS: Mapping[str, tuple[str, ...]] = {
    "identity": ("IDENTITY_SECRET",),
    "authenticators": ("IDENTITY_AUTHENTICATORS_SECRET",),
    "codes": ("IDENTITY_CODES_SECRET", "NOTIFIER_CODES_SECRET"),
    "profiles": ("IDENTITY_PROFILES_SECRET", "PARTNERS_PROFILES_SECRET"),
    "papers": ("IDENTITY_PAPERS_SECRET", "CERTIFICATES_PAPERS_SECRET"),
    "patients": ("IDENTITY_PATIENTS_SECRET", "SCHEDULING_PATIENTS_SECRET"),
    "visits": ("SCHEDULING_VISITS_SECRET", "PARTNERS_VISITS_SECRET"),
    "orders": ("CERTIFICATES_ORDERS_SECRET", "DOCUMENTS_ORDERS_SECRET"),
    "letters": ("DOCUMENTS_LETTERS_SECRET", "NOTIFIER_LETTERS_SECRET"),
    "records": ("CERTIFICATES_RECORDS_SECRET", "PARTNERS_RECORDS_SECRET"),
    "vaccinations": ("CERTIFICATES_VACCINATIONS_SECRET", "PARTNERS_VACCINATIONS_SECRET"),
    "acquirer": ("CERTIFICATES_ACQUIRER_SECRET", "ACQUIRER_SECRET"),
    "keys": ("DOCUMENTS_KEYS_SECRET",),
}
"""What a secret is for → the settings that have it. The demo's values are their defaults."""


def own_secrets(file: Path) -> dict[str, str]:
    """Every setting with its secret; those that are not in the file yet are made now."""
    kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    if missing := _READERS.keys() - kept.keys():
        kept |= {name: secrets.token_urlsafe(32) for name in sorted(missing)}
        fresh = file.with_suffix(".new")
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8") as target:
            json.dump(kept, target, indent=1)
        fresh.replace(file)
    return {setting: kept[name] for name, settings in _READERS.items() for setting in settings}


def of_program(prefix: str, found: Mapping[str, str]) -> dict[str, str]:
    """Those of one program."""
    return {name: secret for name, secret in found.items() if name.startswith(f"{prefix}_")}
