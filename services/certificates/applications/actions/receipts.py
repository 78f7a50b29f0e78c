"""The order of a receipt of registration."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.envelope import Data
from services.certificates.applications import events
from services.certificates.applications.actions.cases import Cases
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.receipt import receipt_rows, receipt_url
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.known.domain.people import full_name
from services.chassis.foundation.encryption import Encryption
from services.chassis.work.transactions import Transaction


@dataclass(frozen=True)
class ReceiptOrders:
    """Orders the receipt of an application, in the transaction that registers it (C13)."""

    cases: Cases
    encryption: Encryption

    async def order(
        self, tx: Transaction, application: Application, kind: CertificateType
    ) -> list[Data]:
        """The order; none where nothing is known of the clinic or of the applicant any more."""
        known = self.cases.known.store
        clinic_id = application.clinic.id if application.clinic else ""
        clinic = await known.clinics.find(tx, clinic_id)
        person = await known.people.find(tx, application.citizen_id)
        if clinic is None or person is None:
            return []
        calendar = await self.cases.calendar_of(tx, application)
        rows = receipt_rows(
            application,
            kind,
            clinic.issuer,
            applicant=full_name(person.last_name, person.first_name, person.middle_name),
            zone=calendar.zone,
        )
        filed = application.registered
        order = events.receipt_ordered(
            application,
            clinic.issuer,
            rows,
            on=calendar.day_of(filed.consent.at),
            check_url=receipt_url(self.cases.deps.public_url, filed.tracking_number),
            encryption=self.encryption,
        )
        return [order]
