"""The rules of scheduling. No I/O, no clock, no ids made here: all of them are arguments.

`slot` – slots, patients, and who may book; `appointment` – what becomes of a booking; `talon` –
numbers with a check digit; `timetable` – which slots there are.
"""
