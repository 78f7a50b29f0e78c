"""What a change of an application does to its bills, in the transaction of the change (C18)."""

from __future__ import annotations

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.states import State
from services.certificates.bills.actions import Bills
from services.certificates.bills.domain.bill import Bill
from services.certificates.bills.domain.parts import About, Why
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.parts import SlaClass
from services.chassis.work.transactions import Transaction


async def bill(
    bills: Bills, tx: Transaction, application: Application, kind: CertificateType
) -> Bill:
    """Make the next bill of an application that owes something."""
    clinic = application.clinic
    about = About(
        application.registered.tracking_number,
        kind.title,
        clinic.id if clinic else None,
        clinic.name if clinic else None,
    )
    fee = kind.due(express=False, exemption=application.exemption)
    return await bills.issue(
        tx,
        application.id,
        application.citizen_id,
        about,
        fee_kopecks=fee,
        express_kopecks=application.due_kopecks - fee,
    )


async def follow(
    bills: Bills,
    tx: Transaction,
    before: Application,
    after: Application,
    kind: CertificateType,
) -> None:
    """Make, cancel or pay back what the change asks for."""
    asked_more = before.filed is None or before.exemption != after.exemption
    if after.filed is not None and after.owes and asked_more:
        await bill(bills, tx, after, kind)
    if _hurried(before) and not _hurried(after):
        await _slow(bills, tx, after, kind)
    if after.state is before.state or after.filed is None:
        return
    if after.state is State.WITHDRAWN:
        await bills.close(tx, after.id, Why.WITHDRAWN, refund=kind.refund_on_withdrawal)
    if after.state is State.REFUSED:
        await bills.close(tx, after.id, Why.REFUSED, refund=kind.refund_on_refusal)


async def _slow(bills: Bills, tx: Transaction, after: Application, kind: CertificateType) -> None:
    """Express was lost: what was paid for it goes back, what was not is not asked for (C16).

    Both may be: who paid for express under an exemption that was rejected owes the fee.
    """
    await bills.refund_express(tx, after.id, Why.EXPRESS_LOST)
    if after.paid_at is not None:
        return
    await bills.close(tx, after.id, Why.EXPRESS_LOST, refund=False)
    if after.owes:
        await bill(bills, tx, after, kind)


def _hurried(application: Application) -> bool:
    """Whether the class express is promised."""
    return application.filed is not None and application.filed.clock.sla is SlaClass.EXPRESS
