"""What a merchant is told of an order or a refund, asked or called back."""

from __future__ import annotations

from typing import Any

from deploy.world.acquirer.book import Order, Refund


def of_order(order: Order, public_url: str) -> dict[str, Any]:
    """The order as it stands, with every payment of it."""
    return {
        "id": order.id,
        "state": order.state,
        "pay_url": f"{public_url.rstrip('/')}/pay/{order.token}",
        "amount_kopecks": order.wanted.amount_kopecks,
        "payments": [paid.model_dump(mode="json") for paid in order.payments],
    }


def of_refund(refund: Refund) -> dict[str, Any]:
    """The refund as it stands."""
    back = refund.refunded_at
    return {
        "id": refund.id,
        "payment_id": refund.payment_id,
        "amount_kopecks": refund.amount_kopecks,
        "refunded_at": back.isoformat() if back else None,
    }
