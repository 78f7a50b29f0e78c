"""Seals documents: page, doctor's signature, organisation's seal, each with its time-stamp.

Order of one document: print, sign as the doctor, await the stamp, fill, open the update, sign as
the organisation, await the stamp, fill. Many documents wait for stamps at the same time.
It stores nothing, fetches no keys, and decides nothing medical.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from services.sealing.errors import (
    CertificateNotTrustedError,
    CertificateUnusableNowError,
    DoesNotFitError,
    SealingError,
)
from services.sealing.fonts import Coverage, characters
from services.sealing.keys import Signer, TimestampSource
from services.sealing.layout import Layout
from services.sealing.pdf.facts import Facts
from services.sealing.pdf.general import GeneralTemplate
from services.sealing.pdf.slot import Slot
from services.sealing.pdf.template import DOCTOR_FIELD, ORGANISATION_FIELD, Template
from services.sealing.signatures import check_cms
from services.sealing.text import normalised
from services.sealing.trust import Role, TrustStore

_KEPT_TEMPLATES = 64

AnyTemplate = Template | GeneralTemplate


@dataclass(frozen=True, kw_only=True)
class SealRequest:
    """One document to be made.

    Args:
        layout: the form.
        values: exactly the rows of the form.
        number: the unique number, printed and in the metadata.
        qr_url: where the QR code leads.
        issued_on: the date printed after the number.
        xml: what to embed; None exactly for layouts without an attachment.
        doctor: who signs first; None exactly for layouts that no doctor signs.
        lasts_until: the end of the document (aware), which the certificates must not precede.
        when: the time of signing claimed in the file (aware; the stamps prove it).
    """

    layout: Layout
    values: Mapping[str, str]
    number: str
    qr_url: str
    issued_on: date
    when: datetime
    xml: bytes | None = None
    doctor: Signer | None = None
    lasts_until: datetime | None = None


@dataclass(frozen=True)
class SignatureInfo:
    """One signature of a sealed document, as the event tells it.

    `signer` is an office («врач-терапевт, Городская поликлиника № 45»), never a person: the file
    itself names the doctor to those who hold it.
    """

    field: str
    signer: str
    certificate_serial: str
    signed_at: datetime


@dataclass(frozen=True)
class Sealed:
    """A finished file, its SHA-256 (hexadecimal) and who signed it."""

    pdf: bytes
    sha256: str
    signatures: tuple[SignatureInfo, ...]


class Sealer:
    """Makes sealed documents of an organisation."""

    def __init__(
        self,
        organisation: Signer,
        timestamps: TimestampSource,
        trust: TrustStore | None = None,
    ) -> None:
        """Keep the seams; templates are made when first needed, and kept.

        Args:
            organisation: who seals.
            timestamps: who stamps.
            trust: if given, certificates are checked before signing and the doctor's signature
                before the seal (C30).
        """
        self._organisation = organisation
        self._timestamps = timestamps
        self._trust = trust
        # None: the form does not fit the fixed page
        self._templates: dict[tuple[Layout, Coverage], Template | None] = {}

    async def seal(self, request: SealRequest) -> Sealed:
        """Make one document.

        Raises:
            SealingError: the kinds of `errors`; `permanent` says whether to try again.
        """
        layout, when = request.layout, request.when.astimezone(UTC)
        _check_parts(request)
        values = {key: normalised(value) for key, value in request.values.items()}
        layout.check(values)
        self._check_certificates(request.doctor, when, request.lasts_until)
        template, slot = await self._print(request, values, when)
        if request.doctor is None:
            pdf = await self._sign(slot, template, self._organisation)
        else:
            signed = await self._sign(slot, template, request.doctor, checked=True)
            pdf = await self._sign(
                template.seal(signed, when, self._organisation.reserve),
                template,
                self._organisation,
            )
        return Sealed(pdf, hashlib.sha256(pdf).hexdigest(), self._signatures(request.doctor, when))

    async def seal_many(
        self, requests: Sequence[SealRequest], in_flight: int = 100
    ) -> list[Sealed | SealingError]:
        """Make many; the results stand in the order of the requests, refusals among them."""
        gate = asyncio.Semaphore(in_flight)

        async def one(request: SealRequest) -> Sealed | SealingError:
            async with gate:
                try:
                    return await self.seal(request)
                except SealingError as refusal:
                    return refusal

        return list(await asyncio.gather(*map(one, requests)))

    async def _sign(
        self, slot: Slot, template: AnyTemplate, signer: Signer, *, checked: bool = False
    ) -> bytes:
        digest = slot.digest(template.state(signer))
        cms = await signer.cms(digest, self._timestamps)
        if checked and self._trust is not None:
            check_cms(cms, digest, signer.certificate)
        return slot.filled(cms)

    async def _print(
        self, request: SealRequest, values: Mapping[str, str], when: datetime
    ) -> tuple[AnyTemplate, Slot]:
        """The document with its first field open, and the template for what follows."""
        facts = Facts(
            number=request.number,
            number_line=_number_line(request),
            url=request.qr_url,
            xml=request.xml,
            doctor=request.doctor.info if request.doctor else None,
            when=when,
            reserve=(request.doctor or self._organisation).reserve,
        )
        coverage = _coverage(
            _constant_text(request.layout, self._organisation.info.name),
            _variable_text(values, facts),
        )
        template = self._template(request.layout, coverage) if coverage is not None else None
        if template is not None:
            try:
                return template, template.render(values, facts)
            except DoesNotFitError:
                pass  # the general engine takes as many pages as it needs
        general = GeneralTemplate(request.layout, self._organisation.info)
        return general, await asyncio.to_thread(general.render, values, facts)

    def _template(self, layout: Layout, coverage: Coverage) -> Template | None:
        key = layout, coverage
        if key not in self._templates:
            if len(self._templates) >= _KEPT_TEMPLATES:
                self._templates.pop(next(iter(self._templates)))
            try:
                self._templates[key] = Template(layout, self._organisation.info, coverage)
            except DoesNotFitError:
                self._templates[key] = None
        return self._templates[key]

    def _check_certificates(
        self, doctor: Signer | None, when: datetime, until: datetime | None
    ) -> None:
        """The organisation first: while it cannot seal, nothing is decided about the doctor."""
        if self._trust is None:
            return
        try:
            certificate = self._organisation.certificate
            self._trust.check(certificate, Role.ORGANISATION, when, until=until)
        except CertificateNotTrustedError as error:
            if not error.permanent:
                raise
            # also a revoked one will be replaced, and says nothing about the document
            raise CertificateUnusableNowError(error.detail) from error
        if doctor is not None:
            self._trust.check(doctor.certificate, Role.DOCTOR, when, until=until)

    def _signatures(self, doctor: Signer | None, when: datetime) -> tuple[SignatureInfo, ...]:
        organisation = self._organisation.info
        signed = [SignatureInfo(ORGANISATION_FIELD, organisation.name, organisation.serial, when)]
        if doctor is not None:
            office = f"{doctor.info.position or 'врач'}, {organisation.name}"
            signed.insert(0, SignatureInfo(DOCTOR_FIELD, office, doctor.info.serial, when))
        return tuple(signed)


def _check_parts(request: SealRequest) -> None:
    """A programming error rather than a refusal: the caller chose both layout and parts."""
    if request.when.tzinfo is None:
        msg = "when must be aware"
        raise ValueError(msg)
    if (request.xml is None) != (request.layout.attachment is None):
        msg = f"layout {request.layout.name}: XML and attachment must come together"
        raise ValueError(msg)
    if (request.doctor is not None) != request.layout.doctor_signs:
        msg = f"layout {request.layout.name}: doctor_signs and the doctor must come together"
        raise ValueError(msg)


def _number_line(request: SealRequest) -> str:
    return request.layout.number_line.format(
        number=request.number, date=f"{request.issued_on:%d.%m.%Y}"
    )


def _coverage(*texts: str) -> Coverage | None:
    """The smallest set of glyphs that shows the texts; None: the general engine is needed."""
    needed = set().union(*texts) - {"\n"}
    return next((c for c in Coverage if characters(c).issuperset(needed)), None)


def _variable_text(values: Mapping[str, str], facts: Facts) -> str:
    doctor = facts.doctor.name if facts.doctor else ""
    return "".join((*values.values(), facts.number_line, facts.url, doctor))


@lru_cache(maxsize=256)
def _constant_text(layout: Layout, organisation: str) -> str:
    labels = "".join(row.label for row in layout.rows)
    constant = (layout.title, layout.organisation, layout.details, layout.footer)
    return "".join({*labels, *organisation, *"".join(constant), *layout.check_line} - {"{", "}"})
