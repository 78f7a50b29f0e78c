"""Identity, put together."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter, FastAPI

from services.chassis.foundation import clock
from services.chassis.foundation.encryption import Encryption
from services.chassis.http import looks as looks_api
from services.chassis.http.door import Door
from services.chassis.http.keys import FetchKeys
from services.chassis.runtime.resources import Resources
from services.chassis.runtime.service import Runtime, ServiceSpec
from services.chassis.work import looks
from services.chassis.work.looks import Looks
from services.chassis.work.outbox import Publisher
from services.identity.accounts import api as accounts_api
from services.identity.accounts import store as accounts_store
from services.identity.accounts.domain import SHOWN_LABELS
from services.identity.accounts.metrics import AccountMetrics
from services.identity.accounts.store import Accounts, Credentials
from services.identity.accounts.usecases import OwnAccount
from services.identity.acts import api as acts_api
from services.identity.acts import store as acts_store
from services.identity.acts.actions import SigningEnds
from services.identity.acts.store import SigningSessions
from services.identity.acts.usecases import Signing
from services.identity.attachment import api as attachment_api
from services.identity.attachment.usecases import Attachments
from services.identity.authenticators import store as authenticators_store
from services.identity.authenticators.actions import Authenticators
from services.identity.authenticators.store import AuthenticatorStore
from services.identity.blocking import api as blocking_api
from services.identity.blocking.actions import Ending
from services.identity.blocking.usecases import Blockings
from services.identity.callers import store as callers_store
from services.identity.callers.actions import Callers, Entrance
from services.identity.callers.store import Counters
from services.identity.clinics import api as clinics_api
from services.identity.clinics import store as clinics_store
from services.identity.clinics.actions import ClinicEntry
from services.identity.clinics.store import ClinicStore
from services.identity.clinics.usecases import Clinics
from services.identity.codes import store as codes_store
from services.identity.codes.actions import CodeLimits, Codes
from services.identity.codes.metrics import CodeMetrics
from services.identity.codes.store import Challenges
from services.identity.contacts import api as contacts_api
from services.identity.contacts.usecases import ContactChange
from services.identity.deps import Deps
from services.identity.enrolments import api as enrolments_api
from services.identity.enrolments.usecases import Enrolments
from services.identity.imports.usecases import tables
from services.identity.installation import store as installation_store
from services.identity.installation.store import Installation
from services.identity.installation.usecases import FirstAdministrator
from services.identity.organisations import api as organisations_api
from services.identity.organisations import consumers as organisations_consumers
from services.identity.organisations import store as organisations_store
from services.identity.organisations.store import Organisations
from services.identity.organisations.usecases import Heads, Offers
from services.identity.passwords.actions import NewPasswords, PasswordTries
from services.identity.passwords.gateways import PasswordHashes
from services.identity.people import api as people_api
from services.identity.people.usecases import Corrections, Insurance, People
from services.identity.profiles import api as profiles_api
from services.identity.profiles import consumers
from services.identity.profiles.events import Readers
from services.identity.profiles.usecases import Profiles
from services.identity.recovery import api as recovery_api
from services.identity.recovery.usecases import Recovery
from services.identity.registration import api as registration_api
from services.identity.registration.metrics import RegistrationMetrics
from services.identity.registration.usecases import Registration
from services.identity.representations import api as representations_api
from services.identity.representations import consumers as representations_consumers
from services.identity.representations import store as representations_store
from services.identity.representations.actions import END, Rights
from services.identity.representations.store import Representations
from services.identity.representations.usecases import Acting, Claims, Holding
from services.identity.sessions import api as sessions_api
from services.identity.sessions.metrics import RefreshMetrics, SessionMetrics
from services.identity.sessions.usecases import Refreshing, Sessions
from services.identity.settings import Settings
from services.identity.staff import api as staff_api
from services.identity.staff.actions import StaffEntry
from services.identity.staff.usecases import Staff
from services.identity.tokens import api as tokens_api
from services.identity.tokens import store as tokens_store
from services.identity.tokens.actions import Logins
from services.identity.tokens.gateways import Signer
from services.identity.tokens.store import Keys, RefreshTokens
from services.identity.tokens.usecases import ROTATE, SigningKeys
from services.importing import api as importing_api
from services.importing import store as importing_store
from services.importing.store import ImportStore
from services.importing.usecases import TIMER as IMPORT
from services.importing.usecases import Imports

_DESCRIPTION = """Registration, login with a second factor, profiles and their confirmation, clinics
and their staff, and the tokens that every other service accepts. Errors are RFC 9457 with Russian
words."""


def _new_code(digits: int) -> str:
    return f"{secrets.randbelow(10**digits):0{digits}d}"


def build(
    settings: Settings,
    *,
    fetch_keys: FetchKeys | None = None,
    publisher: Publisher | None = None,
    now: Callable[[], datetime] = clock.now,
    new_id: Callable[[], str] = lambda: secrets.token_hex(12),
    new_code: Callable[[int], str] = _new_code,
) -> FastAPI:
    """The service as an ASGI app. It verifies tokens with its own keys unless told otherwise."""

    async def own_keys() -> dict[str, Any]:
        return await signing_keys.key_set()

    resources = Resources(
        "identity", settings, fetch_keys=fetch_keys or own_keys, publisher=publisher
    )
    deps = Deps(
        transactions=resources.transactions,
        settings=settings,
        now=now,
        new_id=new_id,
        new_code=new_code,
        new_token=lambda: secrets.token_urlsafe(32),
    )
    db, metrics = resources.mongo.db, resources.metrics
    readers = Readers(
        certificates=Encryption("identity.papers", settings.papers_secret),
        scheduling=Encryption("identity.patients", settings.patients_secret),
    )

    accounts, credentials, challenges = Accounts(db), Credentials(db), Challenges(db)
    account_metrics, session_metrics = AccountMetrics(metrics), SessionMetrics(metrics)
    refresh_tokens, keys = RefreshTokens(db), Keys(db)
    logins = Logins(deps, refresh_tokens, keys, _signer(settings))
    signing_keys = SigningKeys(deps, keys, logins)

    counters = Counters(db, deps.secret, now)
    callers = Callers(deps, counters, credentials)
    entrance = Entrance(credentials, logins, callers)
    hashes = _hashes(settings)
    tries = PasswordTries(deps, credentials, counters, hashes)
    authenticator_store = AuthenticatorStore(db)
    authenticators = Authenticators(
        deps,
        authenticator_store,
        Encryption("identity.authenticators", settings.authenticators_secret),
    )
    codes = Codes(
        deps,
        challenges,
        accounts,
        CodeLimits(settings, counters),
        authenticators,
        Encryption("identity.codes", settings.codes_secret),
        CodeMetrics(metrics),
    )
    signing_sessions = SigningSessions(db)
    signing_ends = SigningEnds(deps, accounts, signing_sessions)
    new_passwords = NewPasswords(deps, credentials, hashes, codes, logins, signing_ends)
    profiles = Profiles(
        deps,
        accounts,
        counters,
        for_registry=Encryption("identity.profiles", settings.profiles_secret),
        readers=readers,
    )
    representations = Representations(db)
    rights = Rights(deps, accounts, representations, readers)
    holding = Holding(deps, accounts, representations, rights)
    clinics, ending = ClinicStore(db), Ending(credentials, codes, logins, signing_ends)
    journal = Looks(db, SHOWN_LABELS, clinics=clinics.names, now=now, new_id=new_id)
    clinic_entry = ClinicEntry(deps, clinics)
    staff_entry = StaffEntry(deps, accounts, credentials, clinic_entry, ending)
    first = FirstAdministrator(
        deps, accounts, credentials, hashes, staff_entry, authenticators, Installation(db)
    )
    to_registry = Encryption("identity.representations", settings.profiles_secret)
    claims = Claims(deps, accounts, counters, representations, rights, journal, to_registry)
    organisations = Organisations(db)
    heads = Heads(deps, accounts, counters, organisations, representations, rights, to_registry)

    imports = Imports(
        resources.transactions,
        ImportStore(db),
        tables(deps, accounts, credentials, clinic_entry, staff_entry),
        new_id=new_id,
        blocked=accounts.blocked,
    )

    async def measure() -> None:
        account_metrics.counted(await accounts.by_level())

    return Runtime(
        resources,
        ServiceSpec(
            title="identity – кто есть кто",
            description=_DESCRIPTION,
            max_body=1 << 16,
            max_bodies={importing_api.PATH: importing_api.MAX_FILE},
            router=_router(),
            handlers=[
                consumers.handlers(profiles),
                representations_consumers.handlers(claims),
                organisations_consumers.handlers(heads),
            ],
            timer_handlers={
                ROTATE: signing_keys.rotate,
                END: holding.run_out,
                IMPORT: imports.due,
            },
            timer_concurrency={IMPORT: 1},
            indexes=[
                tokens_store.INDEXES,
                accounts_store.INDEXES,
                callers_store.INDEXES,
                clinics_store.INDEXES,
                codes_store.INDEXES,
                representations_store.INDEXES,
                organisations_store.INDEXES,
                acts_store.INDEXES,
                authenticators_store.INDEXES,
                installation_store.INDEXES,
                looks.INDEXES,
                importing_store.INDEXES,
            ],
            facilities=[
                callers,
                signing_keys,
                OwnAccount(accounts),
                Registration(
                    deps,
                    accounts,
                    credentials,
                    codes,
                    hashes,
                    entrance,
                    RegistrationMetrics(metrics),
                ),
                Sessions(deps, accounts, codes, tries, new_passwords, entrance, session_metrics),
                Refreshing(
                    deps,
                    accounts,
                    refresh_tokens,
                    logins,
                    signing_ends,
                    RefreshMetrics(metrics),
                ),
                Recovery(deps, accounts, codes, tries, new_passwords, authenticator_store, callers),
                Enrolments(deps, accounts, authenticators, tries, counters),
                ContactChange(deps, accounts, codes, tries, readers.scheduling),
                profiles,
                Blockings(deps, accounts, ending, journal),
                Signing(deps, accounts, codes, signing_sessions, signing_ends, logins),
                Clinics(deps, accounts, clinics, clinic_entry),
                Attachments(deps, accounts, counters, clinic_entry),
                Staff(deps, accounts, counters, staff_entry, ending, journal),
                People(deps, accounts, counters, journal),
                Corrections(deps, accounts, counters, journal, profiles.for_registry),
                Insurance(deps, accounts, journal, readers.scheduling),
                claims,
                holding,
                heads,
                Offers(deps, accounts, representations, rights),
                Acting(deps, accounts, representations, logins),
                journal,
                imports,
                Door(accounts.blocked),
                first,
            ],
            prepare=[signing_keys.prepare],
            measures=[measure],
            close=[hashes.close],
        ),
    ).app


def _router() -> APIRouter:
    router = APIRouter()
    for api in (
        registration_api,
        sessions_api,
        recovery_api,
        tokens_api,
        accounts_api,
        profiles_api,
        contacts_api,
        clinics_api,
        attachment_api,
        staff_api,
        blocking_api,
        acts_api,
        enrolments_api,
        people_api,
        looks_api,
        importing_api,
    ):
        router.include_router(api.router)
    router.include_router(representations_api.router)
    router.include_router(representations_api.desk)
    router.include_router(organisations_api.router)
    return router


def _signer(settings: Settings) -> Signer:
    return Signer(
        issuer=settings.platform.auth_issuer,
        audience=settings.platform.auth_audience,
        lifetime_seconds=settings.access_token_seconds,
    )


def _hashes(settings: Settings) -> PasswordHashes:
    return PasswordHashes(
        memory_kib=settings.password_memory_kib,
        time_cost=settings.password_time_cost,
        parallelism=settings.password_parallelism,
        workers=settings.password_workers,
        queue=settings.password_queue,
    )
