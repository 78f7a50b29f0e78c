"""What the database must have before scheduling answers anything."""

from __future__ import annotations

from services.chassis.work import looks, rights
from services.importing import store as importing_store
from services.scheduling.bookings import store as bookings_store
from services.scheduling.changes import store as changes_store
from services.scheduling.desk import store as desk_store
from services.scheduling.guarantee import store as watch_store
from services.scheduling.holds import store as holds_store
from services.scheduling.hours import store as hours_store
from services.scheduling.known import store as known_store
from services.scheduling.patients import store as patients_store
from services.scheduling.reception import store as reception_store
from services.scheduling.requests import store as requests_store
from services.scheduling.reviews import store as reviews_store
from services.scheduling.timetable import store as timetable_store
from services.scheduling.video import store as video_store
from services.scheduling.waitlist import store as waitlist_store

INDEXES = (
    known_store.INDEXES,
    reception_store.INDEXES,
    timetable_store.INDEXES,
    hours_store.INDEXES,
    changes_store.INDEXES,
    bookings_store.INDEXES,
    desk_store.INDEXES,
    holds_store.INDEXES,
    video_store.INDEXES,
    waitlist_store.INDEXES,
    requests_store.INDEXES,
    reviews_store.INDEXES,
    watch_store.INDEXES,
    patients_store.INDEXES,
    rights.INDEXES,
    looks.INDEXES,
    importing_store.INDEXES,
)
