"""Seals documents: page, doctor's signature, organisation's seal, each with its time-stamp.

Order of one document: print, sign as the doctor, await the stamp, fill, open the update, sign as
the organisation, await the stamp, fill. Many documents wait for stamps at the same time.
It stores nothing, fetches no keys, and decides nothing medical.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from services.sealing.errors import (
    CertificateNotTrustedError,
    CertificateUnusableNowError,
    DoesNotFitError,
)
from services.sealing.fonts import Coverage, characters
from services.sealing.keys import Signer, TimestampSource
from services.sealing.layout import Layout
from services.sealing.pdf.facts import Facts
from services.sealing.pdf.general import GeneralTemplate
from services.sealing.pdf.slot import Slot
from services.sealing.pdf.template import DOCTOR_FIELD, ORGANISATION_FIELD, Template
from services.sealing.requests import Sealed, SealRequest, SignatureInfo
from services.sealing.signatures import check_cms
from services.sealing.text import normalised
from services.sealing.trust import Role, TrustStore

_KEPT_TEMPLATES = 64

AnyTemplate = Template | GeneralTemplate


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
        request.check()
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
            number_line=request.number_line,
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
