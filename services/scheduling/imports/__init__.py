"""Timetables, absences and closed days out of a file (K10)."""
