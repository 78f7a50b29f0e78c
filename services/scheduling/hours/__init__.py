"""Doctors' hours at clinics, and the slots that are made of them, day by day."""
