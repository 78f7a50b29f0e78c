"""Everything signers say: domain → contract."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from contracts import documents as contract
from services.documents.signers.domain.signer import Signer, days_left


def changed(signer: Signer, valid_until: datetime) -> contract.SignerChanged:
    """They can sign from now on, or not any more; `valid_until` is of their last certificate."""
    return contract.SignerChanged(
        signer_id=signer.id,
        holder=contract.Holder(signer.holder.value),
        holder_id=signer.holder_id,
        active=signer.active,
        valid_until=valid_until,
    )


def expiry_warned(
    signer: Signer, valid_until: datetime, now: datetime, tell: Iterable[str]
) -> contract.SignerExpiryWarned:
    """Their certificate ends soon."""
    return contract.SignerExpiryWarned(
        signer_id=signer.id,
        holder=contract.Holder(signer.holder.value),
        holder_id=signer.holder_id,
        days_left=days_left(valid_until, now),
        valid_until=valid_until,
        tell=tuple(tell),
    )
