"""086/у as three specialists examine for it (C21): the same type, with examinations."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from contracts.roles import Role
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.store.files import load_catalogue
from services.certificates.known.domain.staff import Post, Staff
from tests.support.services.certificates.builders import CLINIC, DATA, EXAMINED

EXAMINATIONS = {"surgeon": "Хирург", "neurologist": "Невролог", "therapist": "Терапевт"}
CONCLUDED = {k: v for k, v in EXAMINED.items() if k not in EXAMINATIONS}
"""What who decides still writes."""


def catalogue_of_several(folder: Path) -> Path:
    """The catalogue in a folder of its own, where 086/у asks for three specialists."""
    there = folder / "catalogue"
    shutil.copytree(DATA, there)
    file = there / "types" / "086u.json"
    kind: dict[str, Any] = json.loads(file.read_text())
    kind["doctor_fields"] = [f for f in kind["doctor_fields"] if f["name"] in CONCLUDED]
    kind["examinations"] = [
        {
            "code": code,
            "title": title,
            "specialties": [code],
            "fields": [{"name": f"{code}_says", "label": title, "required": True}],
        }
        for code, title in EXAMINATIONS.items()
    ]
    file.write_text(json.dumps(kind))
    return there


def form_of_several(folder: Path) -> CertificateType:
    """That type."""
    return load_catalogue(catalogue_of_several(folder), region="RU").type("086u")


def specialist(name: str, *specialties: str) -> Staff:
    """A doctor of Anna's clinic."""
    posts = (Post(Role.DOCTOR, CLINIC.id),)
    return Staff(f"doctor-{name}", f"{name} Олег", "врач", posts=posts, specialties=specialties)


def says(examination: str, text: str = "Здорова") -> dict[str, str]:
    """The form of one examination."""
    return {f"{examination}_says": text}
