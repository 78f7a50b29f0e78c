"""Everything previews hear: a doctor wants to see a certificate before signing it."""

from __future__ import annotations

from contracts.orders import CertificatePii, PreviewOrdered
from services.chassis.foundation.encryption import Encryption
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.documents.previews.usecases import Previews
from services.documents.sealed.domain import Line, Order
from services.documents.sealed.events import issuer_of


def handlers(use: Previews, orders: Encryption) -> Handlers:
    """The handler of each event type; `orders` decrypts what is to be printed."""

    async def preview_ordered(incoming: Incoming[PreviewOrdered]) -> None:
        data = incoming.data
        pii = orders.decrypt(data.pii.jwe, CertificatePii, about=data.bound_to)
        order = Order(
            form=data.certificate_type,
            title=data.certificate_title,
            lines=tuple(Line(f.key, f.label, f.value) for f in pii.fields),
            issued_on=incoming.event.time.date(),
            check_url="",
            doctor_id=data.doctor_id,
            organisation_id=data.organisation_id,
            issuer=issuer_of(data.issuer),
        )
        await use.order(data.preview_id, data.doctor_id, order, cause=incoming.cause)

    return {PreviewOrdered: preview_ordered}
