"""The acquirer's book without its line: what it does outlives whoever asked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from deploy.world.acquirer.book import Book, Wanted
from deploy.world.acquirer.book import Order as Kept
from services.certificates.payments.domain.orders import (
    GivenBack,
    NewOrder,
    Order,
    OrderState,
    Paid,
)


class BookAcquirer:
    """The port, straight over the file that the simulator keeps."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "book.jsonl"

    @property
    def book(self) -> Book:
        """As it is on disk now."""
        return Book(self._file)

    async def order(self, wanted: NewOrder) -> Order:
        """Make the order, or find it made."""
        made = Wanted(
            amount_kopecks=wanted.amount_kopecks,
            purpose=wanted.purpose,
            bill_number=wanted.bill_number,
            expires_at=wanted.expires_at,
            return_url=wanted.return_url,
        )
        return _told(self.book.order(wanted.id, made))

    async def state_of(self, order_id: str) -> Order | None:
        """How it stands."""
        found = self.book.orders.get(order_id)
        return _told(found) if found else None

    async def give_back(self, refund_id: str, payment_id: str, amount_kopecks: int) -> GivenBack:
        """Give it back at once."""
        given = self.book.give_back(refund_id, payment_id, amount_kopecks, within=timedelta(0))
        return GivenBack(given.id, given.refunded_at)

    async def close(self) -> None:
        """Nothing is open."""


def _told(order: Kept) -> Order:
    paid = tuple(Paid(p.id, p.amount_kopecks, p.paid_at) for p in order.payments)
    return Order(order.id, OrderState(order.state), f"http://bank/pay/{order.token}", paid)
