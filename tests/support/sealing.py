"""A demo PKI, a form with values, and sealers for tests of sealing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from deploy.world.pki import Algorithm, ensure_pki
from deploy.world.tsa.authority import Authority, load_authority
from services.sealing import (
    TALON,
    KeySigner,
    Layout,
    Sealed,
    Sealer,
    SealingError,
    SealRequest,
    TimestampSource,
    TrustStore,
    certificate_layout,
    certificate_xml,
    cms,
    der,
    load_signer,
    load_trust,
)
from services.sealing.tsa import TimestampRequest

NUMBER = "086U-2026-000001-7"
URL = f"http://127.0.0.1:8080/verify/{NUMBER}"
ISSUED = date(2026, 11, 21)

FIELDS = (
    ("name", "Фамилия, имя, отчество"),
    ("birth", "Дата рождения"),
    ("address", "Адрес"),
    ("destination", "Куда предъявляется"),
    ("history", "Перенесённые заболевания"),
    ("therapist", "Терапевт"),
    ("surgeon", "Хирург"),
    ("neurologist", "Невролог"),
    ("ophthalmologist", "Офтальмолог"),
    ("otolaryngologist", "Оториноларинголог"),
    ("fluorography", "Флюорография"),
    ("laboratory", "Лабораторные исследования"),
    ("conclusion", "Заключение о профессиональной пригодности"),
)
VALUES = {
    "name": "Петрова Анна Сергеевна",
    "birth": "14.03.2008",
    "address": "г. Москва, ул. Академика Королёва, д. 12, кв. 45",
    "destination": "Первый медицинский колледж",
    "history": "ОРВИ, ветряная оспа",
    "therapist": "Здорова, 12.11.2026",
    "surgeon": "Здорова, 12.11.2026",
    "neurologist": "Здорова, 13.11.2026",
    "ophthalmologist": "Здорова, 13.11.2026, OD = 1,0; OS = 1,0",
    "otolaryngologist": "Здорова, 14.11.2026",
    "fluorography": "10.11.2026 № 4471, без патологии",
    "laboratory": "Общий анализ крови и мочи – норма",
    "conclusion": "Годна к обучению по специальности «Сестринское дело». Противопоказаний нет.",
}
TALON_VALUES = {
    "clinic_name": "Городская поликлиника № 3",
    "patient": "Петрова Анна Сергеевна",
    "specialty": "Терапевт",
    "time": "23 ноября 2026 года, 10:20",
    "clinic": "Городская поликлиника № 3, г. Москва, ул. Садовая, д. 3",
    "id": "A-2026-004512",
}
ORGANISATION = "Городская поликлиника № 45"


def form_086u() -> Layout:
    """The certificate 086/у as the documents service would build it."""
    return certificate_layout(
        "086u",
        "Медицинская справка (форма № 086/у)",
        FIELDS,
        organisation=ORGANISATION,
        details="Лицензия ЛО-77-01-000001 от 01.02.2020, ИНН 7707083893, ОГРН 1027700132195",
        footer="Электронный документ равнозначен документу на бумаге (63-ФЗ, статья 6).",
        person="name",
        long_fields={"address": 2, "history": 2, "conclusion": 4},
    )


class LocalTimestamps:
    """Tokens without HTTP, the same requests and answers."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    async def token(self, imprint: bytes) -> bytes:
        """A token over a SHA-256 digest."""
        algorithm = der.sequence(cms.SHA256, der.NULL)
        return self._authority.issue(
            TimestampRequest(
                algorithm=cms.SHA256,
                imprint=imprint,
                message_imprint=der.sequence(algorithm, der.octets(imprint)),
                nonce=None,
                wants_certificate=True,
                policy=None,
                has_extensions=False,
            )
        )


async def seal_many(
    sealer: Sealer, requests: Sequence[SealRequest], in_flight: int = 100
) -> list[Sealed | SealingError]:
    """Seal many at once; the results stand in the order of the requests, refusals among them."""
    gate = asyncio.Semaphore(in_flight)

    async def one(request: SealRequest) -> Sealed | SealingError:
        async with gate:
            try:
                return await sealer.seal(request)
            except SealingError as refusal:
                return refusal

    return list(await asyncio.gather(*map(one, requests)))


@dataclass(frozen=True)
class DemoPki:
    """A PKI directory and what one builds from it."""

    directory: Path

    @classmethod
    def make(cls, directory: Path, algorithm: Algorithm = Algorithm.P256) -> DemoPki:
        """Fill a directory."""
        ensure_pki(directory, algorithm=algorithm)
        return cls(directory)

    @property
    def root(self) -> bytes:
        """The root certificate, PEM."""
        return (self.directory / "root.pem").read_bytes()

    def signer(self, name: str) -> KeySigner:
        """The signer with a name of the directory."""
        return load_signer(self.directory / f"{name}.key", self.directory / f"{name}.pem")

    def trust(self) -> TrustStore:
        """Root, issuing authority and their revocation lists."""
        files = ("root.pem", "issuing.pem", "root-crl.pem", "crl.pem")
        root, issuing, *lists = ((self.directory / file).read_bytes() for file in files)
        return load_trust([root], [issuing], lists)

    def authority(self) -> Authority:
        """The time-stamp authority, in this process."""
        return load_authority(self.directory)

    def sealer(self, timestamps: TimestampSource | None = None) -> Sealer:
        """A sealer that checks trust, with stamps of this process unless told otherwise."""
        source = timestamps or LocalTimestamps(self.authority())
        return Sealer(self.signer("organisation"), source, self.trust())

    def request(self, layout: Layout | None = None, **changed: str) -> SealRequest:
        """The certificate with some values changed."""
        form, values = layout or form_086u(), {**VALUES, **changed}
        doctor = self.signer("doctors/doctor-ivanova")
        return SealRequest(
            layout=form,
            values=values,
            number=NUMBER,
            qr_url=URL,
            issued_on=ISSUED,
            when=datetime.now(UTC),
            xml=certificate_xml(
                form,
                values,
                number=NUMBER,
                issued_on=ISSUED,
                doctor=doctor.info.name,
                verify_url=URL,
            ),
            doctor=doctor,
        )

    def talon(self, **changed: str) -> SealRequest:
        """The appointment's talon."""
        return replace(
            self.request(),
            layout=TALON,
            values={**TALON_VALUES, **changed},
            number=TALON_VALUES["id"],
            xml=None,
            doctor=None,
        )
