"""What the acquirer calls back: only what it signed, and just now."""

from __future__ import annotations

from dataclasses import dataclass

from services.certificates.deps import Deps
from services.certificates.payments.domain.orders import GivenBack, Order
from services.certificates.payments.errors import PaymentNotSetUpError
from services.certificates.payments.gateways.signatures import Way, verify
from services.certificates.payments.metrics import PaymentMetrics
from services.certificates.payments.store import Strange
from services.certificates.payments.usecases.paying import Paying


@dataclass(frozen=True)
class Callbacks:
    """Verified first; what fits nothing is refused."""

    deps: Deps
    paying: Paying
    strange: Strange
    metrics: PaymentMetrics

    async def measure(self) -> None:
        """Set the gauge of what a person has to look at."""
        self.metrics.strange.set(await self.strange.counted())

    def verify(self, body: bytes, signature: str) -> None:
        """Refuse what the acquirer did not sign, or not now.

        Raises:
            PaymentNotSetUpError: there is no acquirer here.
            CallbackForgedError, CallbackStaleError: as it says.
        """
        secret = self.deps.settings.acquirer_secret
        if secret is None:
            raise PaymentNotSetUpError
        verify(secret.get_secret_value(), Way.CALLBACK, body, signature, self.deps.now())

    async def hear(self, order: Order | None, refund: GivenBack | None) -> None:
        """Take what happened to an order, or to a refund.

        Raises:
            UnknownPaymentError: it is nothing of ours.
            PaymentUnexpectedError: what is told cannot be.
        """
        if order is not None:
            await self.paying.hear(order)
        if refund is not None:
            await self.paying.hear_refund(refund)
