"""How a draft is handed in: confirmed by an act or a signature of one's own, then registered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.envelope import Data
from services.certificates.applications import events
from services.certificates.applications.actions import Cases, ReceiptOrders
from services.certificates.applications.domain import drafts
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.confirmations import (
    Form,
    form_of,
    signed,
)
from services.certificates.applications.domain.drafts import Agreement
from services.certificates.applications.domain.parts import Confirmation
from services.certificates.applications.domain.states import UNDECIDED, Move, State
from services.certificates.applications.domain.tracking import TRACKING_SPACE, tracking_number
from services.certificates.applications.errors import (
    ConfirmationRequiredError,
    DraftIncompleteError,
    IllegalTransitionError,
    TooManyApplicationsError,
)
from services.certificates.applications.metrics import ApplicationMetrics
from services.certificates.applications.store.desks import Desks
from services.certificates.applications.usecases.repeats import Repeats
from services.certificates.deps import Deps
from services.certificates.known.actions import Known
from services.certificates.known.domain.people import Hands, Person
from services.chassis.foundation.errors import StaleVersionError
from services.chassis.http.acts import Act, Acts
from services.chassis.http.etags import Expected
from services.chassis.work.transactions import Transaction
from services.sealing.own import Evidence, Signatures, Signed

Proof = Act | Signed | None
"""What came, read already; what it is worth for a form is said by `confirmed`."""


def confirmed(
    proof: Proof, form: Form, *, by: str, person: Person | None, now: datetime
) -> Confirmation:
    """The confirmation of this form by this account; `person` is whose the account is.

    Raises:
        ConfirmationRequiredError: nothing came; says what an act has to be for.
        SigningActRefusedError: the act is another's, for another document, or too old.
        OwnSignatureRefusedError: the signature is another's, or over another form.
    """
    if proof is None:
        raise ConfirmationRequiredError(form.digest)
    if isinstance(proof, Signed):
        return signed(proof, form, person=person, now=now)
    proof.require_for(subject=by, digest=form.digest, at=now)
    return Confirmation(proof.method, now, proof.id, by)


@dataclass(frozen=True)
class Submissions:
    """Nothing is handed in without a confirmation of exactly what is handed in (C12)."""

    deps: Deps
    cases: Cases
    known: Known
    desks: Desks
    repeats: Repeats
    receipts: ReceiptOrders
    acts: Acts
    signatures: Signatures
    metrics: ApplicationMetrics

    async def form(self, citizen_id: str, application_id: str) -> tuple[Application, Form]:
        """The draft, and the very bytes that a signature of one's own is made over.

        Raises:
            IllegalTransitionError: it is no draft any more.
            DraftIncompleteError: something is missing; says what.
        """
        draft = await self.cases.store.get(None, application_id, owner=citizen_id)
        draft.check(Move.SUBMIT)
        problems, form = await self.cases.prepared(draft, await self.cases.kind_of(draft))
        if problems:
            raise DraftIncompleteError(problems)
        return draft, form

    async def submit(
        self,
        citizen_id: str,
        application_id: str,
        agreement: Agreement,
        evidence: Evidence,
        *,
        expected: Expected,
        by: Hands | None = None,
    ) -> Application:
        """Hand the application in; see `drafts.submitted` and `confirmed` (C10–C15).

        The same act again, after an answer that was lost on its way, finds it handed in (e18).

        Raises:
            OwnSignatureRefusedError: the signature that came does not hold; says why.
            TooManyApplicationsError: as many of this citizen wait for a decision as may.
        """
        try:
            return await self._hand_in(
                citizen_id, application_id, agreement, evidence, expected=expected, by=by
            )
        except (StaleVersionError, IllegalTransitionError):
            found = await self.cases.store.get(None, application_id, owner=citizen_id)
            if not await self._did(evidence, found):
                raise
            return found

    async def _did(self, evidence: Evidence, found: Application) -> bool:
        """Whether this very act handed it in."""
        confirmation = found.filed.confirmation if found.filed else None
        if confirmation is None or evidence.act is None:
            return False
        return (await self.acts.read(evidence.act)).id == confirmation.reference

    async def _hand_in(
        self,
        citizen_id: str,
        application_id: str,
        agreement: Agreement,
        evidence: Evidence,
        *,
        expected: Expected,
        by: Hands | None,
    ) -> Application:
        draft = await self._load(None, citizen_id, application_id, expected)
        await self.known.profile_arrives(citizen_id)
        proof = await self._read(draft, evidence)
        agreement = replace(agreement, confirmed=proof is not None)

        async def attempt(number: str) -> Application:
            async def work(tx: Transaction) -> Application:
                before = await self._load(tx, citizen_id, application_id, expected)
                return await self._submit(tx, before, agreement, proof, number=number, by=by)

            return await self.deps.transactions.run(work)

        submitted = await self.deps.numbered(
            lambda: tracking_number(self.deps.draw(TRACKING_SPACE)), attempt
        )
        self.metrics.count_submitted(submitted.type_code)
        return submitted

    async def _read(self, draft: Application, evidence: Evidence) -> Proof:
        """What came, as far as that can be said before the transaction."""
        if evidence.act is not None:
            return await self.acts.read(evidence.act)
        if evidence.signature is None:
            return None
        _, form = await self.cases.prepared(draft, await self.cases.kind_of(draft))
        signature, now = evidence.signature, self.deps.now()
        return Signed(await self.signatures.signatory(signature, form.content, now), form.digest)

    async def _submit(
        self,
        tx: Transaction,
        before: Application,
        agreement: Agreement,
        proof: Proof,
        *,
        number: str,
        by: Hands | None,
    ) -> Application:
        citizen_id, most = before.citizen_id, self.deps.settings.applications_per_citizen
        await self.known.may_apply(tx, citizen_id, before.type_code, by)
        await self.desks.hold(tx, citizen_id)  # nobody adds to them before this ends
        if await self.cases.store.how_many(tx, citizen_id, UNDECIDED) >= most:
            raise TooManyApplicationsError(most)
        catalogue, kind = self.cases.catalogue, await self.cases.kind_of(before)
        after = drafts.submitted(
            before,
            kind,
            await self.known.store.people.find(tx, citizen_id),
            agreement=agreement,
            consent=catalogue.consent,
            chosen=await self.cases.choice(tx, before.clinic.id if before.clinic else None, kind),
            tracking_number=number,
            calendar=await self.cases.calendar_of(tx, before),
            now=self.deps.now(),
            by=by,
        )
        after = await self._confirmed(tx, after, proof, by)
        after = await self.repeats.hand_in(tx, after)
        told: list[Data] = [events.submitted(after, kind, by)]
        if after.state is State.AWAITING_DOCUMENTS:
            told.append(events.documents_requested(after, kind))
        told += await self.receipts.order(tx, after, kind)
        return await self.cases.save(tx, before, after, *told)

    async def _confirmed(
        self, tx: Transaction, after: Application, proof: Proof, by: Hands | None
    ) -> Application:
        """By whoever does it: the citizen, or who acts for them."""
        hands = by.actor_id if by else after.citizen_id
        confirmation = confirmed(
            proof,
            form_of(after, self.cases.catalogue.consent),
            by=hands,
            person=await self.known.store.people.find(tx, hands),
            now=self.deps.now(),
        )
        return replace(after, filed=replace(after.registered, confirmation=confirmation))

    async def _load(
        self, tx: Transaction | None, citizen_id: str, application_id: str, expected: Expected
    ) -> Application:
        found = await self.cases.store.get(tx, application_id, owner=citizen_id)
        expected.check(found.revision)
        return found
