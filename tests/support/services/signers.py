"""People who carry requests to an authority and bring back certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI

from contracts.clinics import Permit
from contracts.identity import ClinicChanged, Post, StaffChanged, StaffPii, StaffRole
from deploy.world.pki.desk import issue
from tests.support.service import an_event, deliver, keyed
from tests.support.services.documents import DOCTOR, DocumentsService

MINE = "/v1/signers/me"
ADMINISTRATOR = "administrator-kim"


def staff(
    account_id: str = DOCTOR.id,
    *,
    role: StaffRole = StaffRole.DOCTOR,
    clinics: tuple[str | None, ...] = ("clinic-1",),
    active: bool = True,
    full_name: str = DOCTOR.name,
    snils: str | None = DOCTOR.snils,
) -> StaffChanged:
    """A member of staff as identity tells of them."""
    return StaffChanged(
        account_id=account_id,
        active=active,
        posts=tuple(Post(role=role, clinic_id=clinic) for clinic in clinics),
        pii=StaffPii(full_name=full_name, position=DOCTOR.position, snils=snils),
    )


def clinic(clinic_id: str = "clinic-1", **changed: Any) -> ClinicChanged:
    """A clinic as identity tells of it."""
    known: dict[str, Any] = {
        "clinic_id": clinic_id,
        "number": "45",
        "name": "Городская поликлиника № 45",
        "organisation": "ГБУЗ «Городская поликлиника № 45»",
        "address": "г. Москва, ул. Садовая, д. 12",
        "phone": "+74950000045",
        "timezone": "Europe/Moscow",
        "ogrn": "1027700000008",
        "inn": "7706000005",
        "licence": Permit(number="Л041-01137-77/00000001", issued_on=date(2020, 1, 10)),
    }
    return ClinicChanged(**known | changed)


async def hears(app: FastAPI, *said: StaffChanged | ClinicChanged, seq: int = 1) -> None:
    """Let documents hear of staff and clinics."""
    for data in said:
        id_ = data.account_id if isinstance(data, StaffChanged) else data.clinic_id
        assert await deliver(app, an_event(data, aggregate_id=id_, seq=seq)) == "handled"


@dataclass
class Enrolling:
    """One holder at the doors: a doctor (`/v1/signers/me`), or a clinic's administrator."""

    office: DocumentsService
    pki: Path
    who: str = DOCTOR.id
    role: str = "doctor"
    path: str = MINE
    clinic_id: str | None = "clinic-1"

    @classmethod
    def of_clinic(
        cls, office: DocumentsService, pki: Path, clinic_id: str = "clinic-1"
    ) -> Enrolling:
        """The clinic's administrator."""
        path = f"/v1/clinics/{clinic_id}/signer"
        return cls(office, pki, ADMINISTRATOR, "administrator", path, clinic_id)

    @property
    def headers(self) -> dict[str, str]:
        """Of this person's requests."""
        return self.office.tokens.headers(self.who, self.role, clinic_id=self.clinic_id)

    async def request(self, keeping: str = "software") -> httpx2.Response:
        """Ask for a key and a request."""
        return await self.office.client.post(
            f"{self.path}/requests", json={"keeping": keeping}, headers=self.headers | keyed()
        )

    async def bring(self, certificate: bytes) -> httpx2.Response:
        """Bring a certificate."""
        return await self.office.client.put(
            f"{self.path}/certificate", content=certificate, headers=self.headers
        )

    async def enrolled(self, *, keeping: str = "software", days: int | None = None) -> Any:
        """Go the whole way; the signer as it is shown."""
        asked = await self.request(keeping)
        assert asked.status_code == 201, asked.text
        made = issue(self.pki, asked.json()["request"]["request"].encode(), days=days)
        brought = await self.bring(made)
        assert brought.status_code == 200, brought.text
        return brought.json()

    async def revoke(self) -> httpx2.Response:
        """End it."""
        return await self.office.client.post(
            f"{self.path}/revocation", json={"reason": "Ключ утрачен."}, headers=self.headers
        )
