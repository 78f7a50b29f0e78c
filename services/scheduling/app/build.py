"""Composition root: everything of scheduling is built here and passed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from fastapi import FastAPI

from contracts.rights import Scope
from services.chassis.foundation import clock
from services.chassis.foundation.encryption import Encryption
from services.chassis.http.acts import Acts
from services.chassis.http.door import Door
from services.chassis.http.keys import FetchKeys
from services.chassis.runtime.resources import Resources
from services.chassis.runtime.service import Runtime, ServiceSpec
from services.chassis.work import blockings, ended_sessions, rights
from services.chassis.work.looks import Looks
from services.chassis.work.outbox import Publisher
from services.chassis.work.transactions import Transaction
from services.importing import api as importing_api
from services.importing.store import ImportStore
from services.importing.usecases import TIMER as IMPORT
from services.importing.usecases import Imports
from services.scheduling.app import numbers
from services.scheduling.app.indexes import INDEXES
from services.scheduling.app.routes import routes
from services.scheduling.bookings import consumers as bookings_consumers
from services.scheduling.bookings import store as bookings_store
from services.scheduling.bookings.actions import (
    FOLLOW_VISIT,
    PENDING,
    SHOWN_LABELS,
    Accepting,
    Cancelling,
    ClinicsChanges,
    Marking,
    Moving,
    Showing,
    Taking,
    Waiting,
)
from services.scheduling.bookings.events import ClinicEvents
from services.scheduling.bookings.gateways import Proofs
from services.scheduling.bookings.metrics import BookingMetrics
from services.scheduling.bookings.usecases import (
    Bookings,
    OwnBookings,
    Pending,
    Reports,
    Rescheduling,
)
from services.scheduling.changes.actions import APPLY, Settling
from services.scheduling.changes.store import Changes, Settlements
from services.scheduling.changes.usecases import Applying, ClinicsHours, Planning, Told
from services.scheduling.deps import Deps
from services.scheduling.desk import store as desk_store
from services.scheduling.desk.usecases import Attendance, Calling, Desk, Rejecting, Reporting
from services.scheduling.guarantee import store as watch_store
from services.scheduling.guarantee.metrics import GuaranteeMetrics
from services.scheduling.guarantee.usecases import Watching
from services.scheduling.holds import store as holds_store
from services.scheduling.holds.actions import WARN_HOLD, Ending
from services.scheduling.holds.usecases import HoldingSlots
from services.scheduling.hours.actions import ASK, MAKE, Making
from services.scheduling.hours.store import Timetables
from services.scheduling.hours.usecases import Hours
from services.scheduling.imports.usecases import tables
from services.scheduling.known import consumers as known_consumers
from services.scheduling.known.domain import FOLLOW, WATCH
from services.scheduling.known.store import Known
from services.scheduling.known.usecases import Copies
from services.scheduling.patients import consumers as patients_consumers
from services.scheduling.patients import store as patients_store
from services.scheduling.patients.usecases import Registration
from services.scheduling.reception import store as reception_store
from services.scheduling.reception.usecases import Receiving
from services.scheduling.requests import store as requests_store
from services.scheduling.requests.actions import DeskClock, RequestHolds
from services.scheduling.requests.domain import DUE
from services.scheduling.requests.domain import SHOWN_LABELS as REQUESTS_SHOWN
from services.scheduling.requests.metrics import RequestMetrics
from services.scheduling.requests.usecases import Answering, Asking
from services.scheduling.reviews import store as reviews_store
from services.scheduling.reviews.usecases import Reviewing
from services.scheduling.settings import Settings
from services.scheduling.talons import consumers as talons_consumers
from services.scheduling.talons.usecases import Talons
from services.scheduling.timetable import api as timetable_api
from services.scheduling.timetable import store as timetable_store
from services.scheduling.timetable.actions import HOLD, Alternating, Calendar, Freeing
from services.scheduling.timetable.domain import HoldKind
from services.scheduling.timetable.metrics import TimetableMetrics
from services.scheduling.timetable.usecases import Holding, Search, Timetable
from services.scheduling.triage.actions import Triage
from services.scheduling.triage.metrics import TriageMetrics
from services.scheduling.video import consumers as video_consumers
from services.scheduling.video import store as video_store
from services.scheduling.video.gateways import Rooms
from services.scheduling.video.usecases.arranging import Arranging
from services.scheduling.video.usecases.entering import Entering
from services.scheduling.waitlist import store as waitlist_store
from services.scheduling.waitlist.actions import Line
from services.scheduling.waitlist.domain import PAST
from services.scheduling.waitlist.metrics import WaitlistMetrics
from services.scheduling.waitlist.usecases import Waitlist
from services.sealing.own import Signatures

_MADE_AT_ONCE = 4  # timetables; each writes some hundred slots


def _check_url(settings: Settings, number: str) -> str:
    return f"{settings.platform.public_url.rstrip('/')}/talon/{number}"


def build(
    settings: Settings,
    *,
    fetch_keys: FetchKeys | None = None,
    publisher: Publisher | None = None,
    now: Callable[[], datetime] = clock.now,
    new_id: Callable[[], str] = numbers.new_id,
    new_talon: Callable[[], int] | None = None,
) -> FastAPI:
    """The service as an ASGI app. Keys, publisher, clock and ids are test seams."""
    resources = Resources("scheduling", settings, fetch_keys=fetch_keys, publisher=publisher)
    db = resources.mongo.db
    deps = Deps(resources.transactions, settings, now, new_id)
    talon = new_talon or partial(next, numbers.talons())

    check_url = partial(_check_url, settings)
    recent = timetable_api.RecentAnswers()
    slots = timetable_store.Slots(db)
    known = Known(db)
    calendar = Calendar(timetable_store.ClosedDays(db))
    receptions = reception_store.Receptions(db)
    patients = patients_store.Patients(db)
    ending = Ending(deps, holds_store.Holds(db), patients)
    line = Line(deps, patients, waitlist_store.Waits(db))
    requests = requests_store.Requests(db)
    desk_clock = DeskClock(deps, known, calendar)
    freeing = Freeing(
        deps,
        slots,
        line.next,
        {
            HoldKind.CITIZEN: ending.ended,
            HoldKind.WAITLIST: line.ended,
            HoldKind.REQUEST: RequestHolds(deps, requests, desk_clock).ended,
        },
    )
    acting = rights.Rights(db)
    appointments = bookings_store.Appointments(db)
    for_clinic = ClinicEvents(Encryption("scheduling.visits", settings.visits_secret))
    triage = Triage(deps, known, TriageMetrics(resources.metrics))
    journal = Looks(
        db, {**SHOWN_LABELS, **REQUESTS_SHOWN}, clinics=known.clinic_names, now=now, new_id=new_id
    )
    showing = Showing(journal)
    alternating = Alternating(deps, slots, known)
    taking = Taking(
        deps,
        slots,
        freeing,
        known,
        receptions,
        patients,
        appointments,
        new_talon=talon,
        check_url=check_url,
        for_clinic=for_clinic,
    )
    counted = BookingMetrics(resources.metrics)
    cancelling = Cancelling(taking)
    bookings = Bookings(
        deps,
        taking,
        cancelling,
        appointments,
        showing,
        triage,
        alternating,
        counted,
        check_url=check_url,
        changed=recent.changed,
    )
    moving = Moving(taking)
    holding = HoldingSlots(deps, freeing, known, patients, ending.holds, changed=recent.changed)
    proofs = _proofs(resources, settings, now)
    accepting = Accepting(taking, proofs, counted, changed=recent.changed)
    waitlist = Waitlist(
        deps,
        line,
        freeing,
        known,
        accepting,
        WaitlistMetrics(resources.metrics),
        changed=recent.changed,
    )
    timetables = Timetables(db)
    making = Making(deps, timetables, slots, known, calendar, freeing)
    pending = Pending(
        taking,
        Waiting(deps, appointments, patients, check_url, for_clinic),
        cancelling,
        showing,
        changed=recent.changed,
    )
    changes = Changes(db)
    settlements = Settlements(db)
    settling = Settling(deps, making, ClinicsChanges(taking, cancelling), settlements)
    planning = Planning(deps, changes, settling)
    applying = Applying(deps, changes, settling, changed=recent.changed)
    clinics = ClinicsHours(deps, making, making.calendar.days, planning)
    hours = Hours(deps, timetables, making, changed=recent.changed)
    timetable = Timetable(
        deps, slots, known, calendar, alternating, receptions, TimetableMetrics(resources.metrics)
    )
    watching = Watching(
        deps, watch_store.Watches(db), slots, known, calendar, GuaranteeMetrics(resources.metrics)
    )
    talons = Talons(deps, appointments, showing)
    marking = Marking(deps, appointments, patients)
    arranging = Arranging(deps, video_store.Orders(db), taking, cancelling, changed=recent.changed)
    asking = Asking(
        deps,
        requests,
        desk_clock,
        taking,
        accepting,
        RequestMetrics(resources.metrics),
        changed=recent.changed,
    )
    imports = Imports(
        resources.transactions,
        ImportStore(db),
        tables(making, calendar.days),
        new_id=new_id,
        blocked=patients.blocked,
    )
    return Runtime(
        resources,
        ServiceSpec(
            title="Моё здоровье: запись на приём",
            description=(
                "Клиники, врачи и свободное время – открыто для всех. Запись, отмена и талоны – "
                "подтверждённым гражданам. Проверка талона – по номеру, без входа."
            ),
            router=routes(),
            handlers=[
                blockings.handlers(resources.transactions, _closing(patients, waitlist, asking)),
                rights.handlers(resources.transactions, acting),
                known_consumers.handlers(Copies(deps, known)),
                patients_consumers.handlers(
                    Registration(deps, patients),
                    Encryption("identity.patients", settings.patients_secret),
                ),
                talons_consumers.handlers(talons),
                bookings_consumers.handlers(pending, Reports(deps, appointments, marking)),
                video_consumers.handlers(arranging),
            ],
            timer_handlers={
                PENDING: pending.look,
                WARN_HOLD: holding.warn,
                HOLD: Holding(deps, freeing, changed=recent.changed).run_out,
                MAKE: hours.make,
                FOLLOW: hours.follow,
                WATCH: watching.look,
                APPLY: applying.apply,
                ASK: applying.ask,
                IMPORT: imports.due,
                FOLLOW_VISIT: arranging.arrange,
                PAST: waitlist.past,
                DUE: asking.due,
            },
            timer_concurrency={MAKE: _MADE_AT_ONCE, IMPORT: 1},
            max_bodies={importing_api.PATH: importing_api.MAX_FILE},
            indexes=INDEXES,
            facilities=[
                Door(
                    patients.blocked,
                    acting,
                    (Scope.APPOINTMENTS,),
                    now,
                    not_confirmed=patients.not_confirmed,
                ),
                recent,
                timetable,
                Search(deps, slots, known),
                triage,
                Receiving(deps, known, receptions, changed=recent.changed),
                hours,
                clinics,
                planning,
                Told(deps, changes, settlements, appointments, showing),
                bookings,
                proofs,
                holding,
                pending,
                OwnBookings(taking),
                Rescheduling(deps, moving, counted, changed=recent.changed),
                waitlist,
                asking,
                Answering(deps, requests, making, taking, known, journal, changed=recent.changed),
                talons,
                Reviewing(
                    deps, reviews_store.Reviews(db), appointments, known, changed=recent.changed
                ),
                Desk(deps, appointments, showing),
                Reporting(deps, appointments, desk_store.Problems(db), showing),
                Calling(deps, taking, moving, triage, showing, changed=recent.changed),
                Rejecting(deps, appointments, cancelling, showing, changed=recent.changed),
                Attendance(deps, known, appointments, marking, showing),
                Entering(
                    deps, appointments, showing, Rooms(settings.video_url, settings.video_secret)
                ),
                journal,
                imports,
            ],
            measures=[timetable.measure, waitlist.measure, asking.measure, watching.measure],
        ),
    ).app


def _closing(
    patients: patients_store.Patients, waitlist: Waitlist, asking: Asking
) -> blockings.Note:
    async def note(tx: Transaction, account_id: str, *, blocked: bool) -> None:
        await patients.note(tx, account_id, blocked=blocked)
        if blocked:  # noted first: nothing is offered to the same account again
            await waitlist.shut_out(tx, account_id)
            await asking.shut_out(tx, account_id)

    return note


def _proofs(resources: Resources, settings: Settings, now: Callable[[], datetime]) -> Proofs:
    ended = ended_sessions.EndedSessions(resources.mongo.db)  # acts of sessions book nothing
    acts = Acts(resources.tokens.keys, settings.platform, ended)
    return Proofs(acts, Signatures(settings.trusted_cas), now)
