"""The notary: prints an order and has it signed by the doctor and the organisation.

What is wrong with the document itself is final. What is wrong with the world (a certificate that
has run out, a list that nobody can believe, stamps that do not come) passes: it is waited for.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from services.documents.sealed.domain import (
    Document,
    Ends,
    Order,
    Organisation,
    SealedContent,
    Signed,
)
from services.documents.sealed.errors import CannotSealError, SealingAwayError
from services.documents.sealed.gateways.layouts import paper_of
from services.documents.sealed.gateways.signers import Office, Signers
from services.sealing import SealingError, SealRequest, certificate_xml
from services.sealing.errors import TimestampError


class NothingOrderedError(CannotSealError):
    """The document says not what to print."""

    def __init__(self) -> None:
        super().__init__("nothing-ordered", "Неизвестно, что печатать.")


class MalformedOrderError(CannotSealError):
    """The rows of the order make no form."""

    def __init__(self) -> None:
        super().__init__("order-malformed", "Строки документа заданы с ошибкой: ключи повторяются.")


class Notary:
    """Makes sealed documents from orders. The time-stamps prove what `now` says."""

    def __init__(self, signers: Signers, *, now: Callable[[], datetime]) -> None:
        self._signers = signers
        self._now = now

    async def seal(self, document: Document) -> SealedContent:
        """Print and sign; again gives another, equally good file.

        Raises:
            CannotSealError: never possible as ordered; says why.
            SealingAwayError: not now; sealed later, when certificates, lists and stamps are right.
        """
        order = document.order
        if order is None:
            raise NothingOrderedError
        office = await self._signers.office(order.organisation_id)
        try:
            request = await self._request(document.number, order, office.organisation)
            sealed = await office.sealer.seal(request)
        except SealingError as error:
            # whatever the authority answers says nothing about the document
            if isinstance(error, TimestampError) or not error.permanent:
                msg = f"{error.code}: {error.detail}"
                raise SealingAwayError(msg) from error
            raise CannotSealError(error.code, f"{error.title}. {error.detail}") from error
        _check_stamps(office, request.lasts_until)
        return SealedContent(
            sealed.pdf,
            sealed.sha256,
            tuple(
                Signed(s.field, s.signer, s.certificate_serial, s.signed_at)
                for s in sealed.signatures
            ),
        )

    async def ends(self) -> Ends:
        """When what signing rests on ends."""
        return await self._signers.ends()

    async def close(self) -> None:
        """Drop connections."""
        await self._signers.close()

    async def _request(self, number: str, order: Order, organisation: Organisation) -> SealRequest:
        try:
            layout, values = paper_of(order, organisation)
        except ValueError as error:
            raise MalformedOrderError from error
        doctor = None
        if order.doctor_id is not None:
            doctor = await self._signers.doctor(order.doctor_id, order.organisation_id)
        xml = None
        if layout.attachment is not None:
            xml = certificate_xml(
                layout,
                values,
                number=number,
                issued_on=order.issued_on,
                doctor=doctor.info.name if doctor else "",
                verify_url=order.check_url,
            )
        return SealRequest(
            layout=layout,
            values=values,
            number=number,
            qr_url=order.check_url,
            issued_on=order.issued_on,
            when=self._now(),
            xml=xml,
            doctor=doctor if layout.doctor_signs else None,
            lasts_until=_end_of(order.valid_until),
        )


def _end_of(day: date | None) -> datetime | None:
    """The end of a day, wherever in the country."""
    return None if day is None else datetime.combine(day + timedelta(days=1), time(), UTC)


def _check_stamps(office: Office, until: datetime | None) -> None:
    """The stamps prove when it was signed: they must be provable as long as the document counts."""
    end = office.timestamps.certificate_end
    if until is not None and end is not None and end < until:
        msg = f"timestamp-certificate-ends-early: {end:%d.%m.%Y}, document until {until:%d.%m.%Y}"
        raise SealingAwayError(msg)
