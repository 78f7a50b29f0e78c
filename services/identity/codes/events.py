"""What is told of a code: the code itself, encrypted for the one who delivers it."""

from __future__ import annotations

from contracts import identity as contract
from contracts.envelope import EncryptedPii
from services.chassis.foundation.encryption import Encryption
from services.identity.accounts.domain import Channel
from services.identity.codes.domain import Challenge, Purpose


def code_requested(
    challenge: Challenge, code: str, encryption: Encryption
) -> contract.CodeRequestedV2:
    """A code is to reach its owner.

    Whoever registers a contact that has an account gets the words of recovery: the message tells
    the owner, and only the owner, that the account is there. A decoy's goes to nobody, nor does one
    that an app shows.
    """
    purpose = contract.CodePurpose(challenge.purpose.value)
    if challenge.purpose is Purpose.REGISTRATION and challenge.account_id:
        purpose = contract.CodePurpose.RECOVERY
    by_sms = challenge.contact.channel is Channel.SMS
    nobodys = challenge.decoy or challenge.by_app
    address = None if nobodys else challenge.contact.address
    pii = contract.CodePii(
        phone=address if by_sms else None,
        email=None if by_sms else address,
        code=code,
    )
    about = contract.CodeRequestedV2.about(code_id=challenge.id)
    return contract.CodeRequestedV2(
        account_id=challenge.account_id,
        code_id=challenge.id,
        purpose=purpose,
        channel=contract.Channel(challenge.contact.channel),
        expires_at=challenge.expires_at,
        pii=EncryptedPii(jwe=encryption.encrypt(pii, about=about)),
    )
