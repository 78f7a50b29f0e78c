"""Scheduling: doctors' hours, slots, appointments and their talons.

Owns the timetables and who has which slot. Publishes `scheduling.events` (appointments booked,
moved and cancelled, talons issued). Hears of clinics and doctors, who is a confirmed citizen, whose
account is blocked and who acts for whom (identity), that a talon is sealed or cannot be
(documents), and that the clinic entered the visit (ehr). It makes no PDF and sends no message:
others do that from its events.
"""
