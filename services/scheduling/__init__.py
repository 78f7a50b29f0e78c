"""Scheduling: doctors' hours, slots, appointments and their talons, and who waits for them.

Owns the timetables, who has or holds which slot, who is in line, what a clinic asks of visits, its
desk's requests, and reviews. Publishes `scheduling.events` (what becomes of appointments, holds,
waits and requests; talons issued; the video visits of applications; a guarantee that was missed),
and `scheduling.visits`, by
which a clinic's own system enters each visit. Hears of clinics and doctors, who is a confirmed
citizen, whose account is blocked and who acts for whom (identity), that a talon is sealed or cannot
be and whose an upload is (documents), that the clinic entered the visit, commented it or saw its
patient (ehr), and that an application needs a video visit or was withdrawn (certificates). It makes
no PDF and sends no message: others do that from its events.
"""
