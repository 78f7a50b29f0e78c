"""Everything identity says: domain → contract. Codes and personal data sit under `data.pii`.

Contacts are told only once their owner has proved them (I16): a mistyped e-mail is somebody else's.
"""

from __future__ import annotations

from contracts import identity as contract
from contracts.envelope import EncryptedPii
from services.chassis.foundation.encryption import Encryption
from services.identity.domain import Account, Challenge, Channel, Person, Purpose, Role

_PURPOSES = {
    Purpose.REGISTRATION: contract.CodePurpose.REGISTRATION,
    Purpose.LOGIN: contract.CodePurpose.LOGIN,
    Purpose.RECOVERY: contract.CodePurpose.RECOVERY,
    Purpose.CONTACT: contract.CodePurpose.CONTACT,
}


def account_registered(account: Account) -> contract.AccountRegistered:
    """Someone has an account."""
    return contract.AccountRegistered(
        account_id=account.id,
        pii=contract.Contacts(phone=account.proved_phone, email=account.proved_email),
    )


def contacts_changed(account: Account, before: Account) -> contract.ContactsChanged:
    """A contact was proved anew; both are told as they are now, and the one that it replaced."""
    phone, email = account.proved_phone, account.proved_email
    return contract.ContactsChanged(
        account_id=account.id,
        pii=contract.ChangedContacts(
            phone=phone,
            email=email,
            former_phone=before.proved_phone if before.proved_phone != phone else None,
            former_email=before.proved_email if before.proved_email != email else None,
        ),
    )


def code_requested(
    challenge: Challenge, code: str, encryption: Encryption
) -> contract.CodeRequestedV2:
    """A code is to reach its owner.

    Whoever registers a contact that has an account gets the words of recovery: the message tells
    the owner, and only the owner, that the account is there. A decoy's goes to nobody.
    """
    purpose = _PURPOSES[challenge.purpose]
    if challenge.purpose is Purpose.REGISTRATION and challenge.account_id:
        purpose = contract.CodePurpose.RECOVERY
    by_sms = challenge.contact.channel is Channel.SMS
    address = None if challenge.decoy else challenge.contact.address
    pii = contract.CodePii(
        phone=address if by_sms else None,
        email=None if by_sms else address,
        code=code,
    )
    return contract.CodeRequestedV2(
        account_id=challenge.account_id,
        code_id=challenge.id,
        purpose=purpose,
        channel=contract.Channel(challenge.contact.channel),
        expires_at=challenge.expires_at,
        pii=EncryptedPii(jwe=encryption.encrypt(pii)),
    )


def profile_submitted(account: Account, encryption: Encryption) -> contract.ProfileSubmittedV2:
    """The registry is to compare. It gets no contacts: it needs none."""
    person = _person(account)
    passport = person.passport
    pii = contract.PersonPii(
        last_name=person.last_name,
        first_name=person.first_name,
        middle_name=person.middle_name,
        birth_date=person.birth_date,
        snils=person.snils,
        inn=person.inn,
        oms=person.oms,
        passport=contract.Passport(series=passport.series, number=passport.number)
        if passport
        else None,
    )
    return contract.ProfileSubmittedV2(
        account_id=account.id,
        revision=account.revision,
        category=contract.Category(person.category),
        pii=EncryptedPii(jwe=encryption.encrypt(pii)),
    )


def confirmed(
    account: Account, encryption: Encryption
) -> tuple[contract.ProfileConfirmedV2, contract.PapersConfirmed]:
    """The registry agreed: a name for everybody, the papers for certificates alone."""
    person = _person(account)
    category = contract.Category(person.category)
    name = contract.NamePii(
        phone=account.proved_phone,
        email=account.proved_email,
        last_name=person.last_name,
        first_name=person.first_name,
        middle_name=person.middle_name,
    )
    papers = contract.PapersPii(
        last_name=person.last_name,
        first_name=person.first_name,
        middle_name=person.middle_name,
        birth_date=person.birth_date,
        snils=person.snils,
        oms=person.oms,
    )
    return (
        contract.ProfileConfirmedV2(account_id=account.id, category=category, pii=name),
        contract.PapersConfirmed(
            account_id=account.id,
            category=category,
            pii=EncryptedPii(jwe=encryption.encrypt(papers)),
        ),
    )


def profile_rejected(account: Account) -> contract.ProfileRejected:
    """The registry did not agree."""
    return contract.ProfileRejected(account_id=account.id, mismatches=account.mismatches)


def account_blocked(account: Account) -> contract.AccountBlocked:
    """An administrator closed it. Why stays here."""
    return contract.AccountBlocked(account_id=account.id, blocked_at=account.blockings[-1].at)


def account_unblocked(account: Account) -> contract.AccountUnblocked:
    """It is open again."""
    return contract.AccountUnblocked(account_id=account.id)


def staff_registered(account: Account) -> contract.StaffRegistered | None:
    """A member of staff has an account; None for those whom no other service has business with.

    An SRE signs and books nothing, and v1 of the event knows no such role: consumers of v1 could
    not parse it.
    """
    if account.staff is None:
        message = f"account {account.id} is not staff"
        raise ValueError(message)
    if account.role is Role.SRE:
        return None
    return contract.StaffRegistered(
        account_id=account.id,
        role=contract.StaffRole(account.role),
        clinic_id=account.staff.clinic_id,
        pii=contract.StaffPii(
            full_name=account.staff.full_name,
            position=account.staff.position,
            snils=account.staff.snils,
        ),
    )


def _person(account: Account) -> Person:
    if account.person is None:
        message = f"account {account.id} has no profile"
        raise ValueError(message)
    return account.person
