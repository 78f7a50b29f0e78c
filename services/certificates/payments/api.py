"""Paying a bill, and what the acquirer calls back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from contracts.envelope import Moment
from services.certificates.bills.views import BillView
from services.certificates.deps import Citizen
from services.certificates.payments.domain.orders import GivenBack, Order, OrderState, Paid
from services.certificates.payments.usecases.callbacks import Callbacks
from services.certificates.payments.usecases.paying import Paying
from services.certificates.payments.usecases.renewing import Renewing
from services.chassis.foundation.typed import Id
from services.chassis.http.facilities import facility

router = APIRouter(prefix="/v1", tags=["Оплата"])
callbacks = APIRouter(prefix="/v1", tags=["Эквайер"])
Pay = Annotated[Paying, Depends(facility(Paying))]
Renew = Annotated[Renewing, Depends(facility(Renewing))]
Hear = Annotated[Callbacks, Depends(facility(Callbacks))]


class PayView(BaseModel):
    """Where to pay, and until when."""

    pay_url: str = Field(description="Страница банка: откройте её и оплатите.")
    until: datetime


class _Said(BaseModel):
    """What the acquirer adds beyond this is ignored."""

    model_config = ConfigDict(extra="ignore")


class PaidIn(_Said):
    """A payment of an order."""

    id: Id
    amount_kopecks: int = Field(ge=1, le=10**15)
    paid_at: Moment


class OrderIn(_Said):
    """An order as it stands, with every payment of it."""

    id: Id
    state: OrderState
    pay_url: str = Field(max_length=2000)
    payments: list[PaidIn] = Field(default=[], max_length=100)

    def order(self) -> Order:
        """As the domain takes it."""
        paid = (Paid(p.id, p.amount_kopecks, p.paid_at) for p in self.payments)
        return Order(self.id, self.state, self.pay_url, tuple(paid))


class RefundIn(_Said):
    """A refund as it stands."""

    id: Id
    refunded_at: Moment | None = None


class CallbackIn(_Said):
    """What happened at the acquirer: to an order, or to a refund."""

    order: OrderIn | None = None
    refund: RefundIn | None = None


async def _signed(
    request: Request,
    use: Hear,
    x_signature: Annotated[
        str, Header(max_length=200, description="`t=<секунды>,v1=<HMAC-SHA256>`.")
    ] = "",
) -> None:
    use.verify(await request.body(), x_signature)


@router.post("/bills/{bill_id}/payment", summary="Оплатить счёт")
async def pay_bill(*, who: Citizen, bill_id: Id, use: Pay) -> PayView:
    """The page where the bill is paid; asked again while an attempt goes on it is the same page.

    409 `payment-not-set-up`: cards are not taken here; pay at a bank by the bill's number.
    """
    attempt = await use.pay(who.subject, bill_id)
    return PayView(pay_url=attempt.pay_url or "", until=attempt.until)


@router.post("/applications/{application_id}/bill", summary="Запросить новый счёт")
async def renew_bill(*, who: Citizen, application_id: Id, use: Renew) -> BillView:
    """After the last bill expired; while one can be paid, that one."""
    return BillView.of(await use.renew(who.subject, application_id))


@callbacks.post(
    "/payments/callbacks",
    status_code=204,
    summary="Сообщение эквайера",
    dependencies=[Depends(_signed)],
)
async def callback(*, body: CallbackIn, use: Hear) -> Response:
    """Signed by the acquirer, with a fresh time; told twice it counts once."""
    await use.hear(
        body.order.order() if body.order else None,
        GivenBack(body.refund.id, body.refund.refunded_at) if body.refund else None,
    )
    return Response(status_code=204)
