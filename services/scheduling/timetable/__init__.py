"""Clinics, doctors and their time in slots, which are free until somebody has them."""
