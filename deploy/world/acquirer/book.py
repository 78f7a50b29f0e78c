"""The acquirer's book: orders and refunds, on disk before anybody is told of them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, Field


class Paid(BaseModel):
    """A payment of an order."""

    id: str
    amount_kopecks: int
    paid_at: datetime


class Wanted(BaseModel):
    """An order as a merchant wants it."""

    amount_kopecks: int = Field(ge=1)
    purpose: str = Field(max_length=500)
    bill_number: str = Field(max_length=40)
    expires_at: datetime
    return_url: str = Field(max_length=2000)


class Order(BaseModel):
    """An order, and what became of it. `token` is what its page is found by."""

    kind: Literal["order"] = "order"
    id: str
    token: str
    wanted: Wanted
    payments: list[Paid] = []
    ended: Literal["declined", "expired"] | None = None
    told: bool = True

    @property
    def state(self) -> str:
        """How it stands now."""
        if self.payments:
            return "paid"
        late = datetime.now(UTC) >= self.wanted.expires_at
        return self.ended or ("expired" if late else "open")


class Refund(BaseModel):
    """Money that goes back, and from when on it is there."""

    kind: Literal["refund"] = "refund"
    id: str
    payment_id: str
    amount_kopecks: int = Field(ge=1)
    back_at: datetime
    told: bool = False

    @property
    def refunded_at(self) -> datetime | None:
        """When it went back, if it has."""
        return self.back_at if datetime.now(UTC) >= self.back_at else None


E = TypeVar("E", Order, Refund)


class OtherwiseError(Exception):
    """The same id was used for something else, or more is wanted back than was paid."""


class Book:
    """One line of JSON for each change; the last line of a thing is how it stands."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.orders: dict[str, Order] = {}
        self.refunds: dict[str, Refund] = {}
        file.parent.mkdir(parents=True, exist_ok=True)
        for line in file.read_bytes().splitlines() if file.exists() else ():
            try:
                kind = Order if b'"kind":"order"' in line else Refund
                self._remember(kind.model_validate_json(line))
            except ValueError:
                break  # the line that was being written when the process died

    def order(self, id_: str, wanted: Wanted) -> Order:
        """The order of that id, made once.

        Raises:
            OtherwiseError: it was made for something else.
        """
        known = self.orders.get(id_)
        if known is None:
            return self.keep(Order(id=id_, token=secrets.token_urlsafe(18), wanted=wanted))
        if known.wanted.amount_kopecks != wanted.amount_kopecks:
            raise OtherwiseError
        return known

    def of_token(self, token: str) -> Order | None:
        """The order whose page that is."""
        return next((o for o in self.orders.values() if o.token == token), None)

    def pay(self, order: Order, amount_kopecks: int) -> Order:
        """Charge a card, however the order stands: what is too much, the merchant returns."""
        paid = Paid(
            id=f"acq-{secrets.token_hex(8)}",
            amount_kopecks=amount_kopecks,
            paid_at=datetime.now(UTC),
        )
        return self.keep(
            order.model_copy(update={"payments": [*order.payments, paid], "told": False})
        )

    def end(self, order: Order, how: Literal["declined", "expired"]) -> Order:
        """The person's bank said no, or the person left."""
        if order.state != "open":
            return order
        return self.keep(order.model_copy(update={"ended": how, "told": False}))

    def give_back(
        self, id_: str, payment_id: str, amount_kopecks: int, *, within: timedelta
    ) -> Refund:
        """Begin to give money back, once for an id.

        Raises:
            OtherwiseError: no such payment, or more than is left of it.
        """
        known = self.refunds.get(id_)
        if known is not None:
            if (known.payment_id, known.amount_kopecks) != (payment_id, amount_kopecks):
                raise OtherwiseError
            return known
        gone = sum(r.amount_kopecks for r in self.refunds.values() if r.payment_id == payment_id)
        if gone + amount_kopecks > sum(p.amount_kopecks for p in self._paid(payment_id)):
            raise OtherwiseError
        back_at = datetime.now(UTC) + within
        return self.keep(
            Refund(id=id_, payment_id=payment_id, amount_kopecks=amount_kopecks, back_at=back_at)
        )

    def keep(self, entry: E) -> E:
        """Write it down."""
        with self._file.open("a", encoding="utf-8") as file:
            file.write(entry.model_dump_json() + "\n")
        self._remember(entry)
        return entry

    def untold(self) -> list[Order | Refund]:
        """What a merchant has not heard of yet."""
        back = [r for r in self.refunds.values() if not r.told and r.refunded_at]
        return [*(o for o in self.orders.values() if not o.told), *back]

    def _paid(self, payment_id: str) -> Iterator[Paid]:
        return (p for o in self.orders.values() for p in o.payments if p.id == payment_id)

    def _remember(self, entry: Order | Refund) -> None:
        if isinstance(entry, Order):
            self.orders[entry.id] = entry
        else:
            self.refunds[entry.id] = entry
