"""Appointments: a slot and a patient, until one of them is let go."""
