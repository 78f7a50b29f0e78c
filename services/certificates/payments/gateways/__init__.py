"""The acquirer: orders to be paid on its page, and money that it gives back.

Everything that is asked for has an id of ours, and asking twice is asking once.
"""

from __future__ import annotations

from typing import Protocol

from services.certificates.payments.domain.orders import GivenBack, NewOrder, Order
from services.chassis.foundation.errors import AccidentError


class AcquirerError(AccidentError):
    """The acquirer did not answer, or not as it should: try again later."""

    def __init__(self, why: object = "nobody to ask") -> None:
        super().__init__(f"the acquirer: {why}")


class Acquirer(Protocol):
    """Who takes cards."""

    async def order(self, wanted: NewOrder) -> Order:
        """Make the order, or find it made.

        Raises:
            AcquirerError: try again later.
        """
        ...

    async def state_of(self, order_id: str) -> Order | None:
        """The order as it stands now; None where the acquirer has none of that id.

        Raises:
            AcquirerError: try again later.
        """
        ...

    async def give_back(self, refund_id: str, payment_id: str, amount_kopecks: int) -> GivenBack:
        """Have so much of a payment given back, or find it on its way.

        Raises:
            AcquirerError: try again later.
        """
        ...

    async def close(self) -> None:
        """Drop the connections."""
        ...
