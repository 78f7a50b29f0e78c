"""Talons: the printed side of an appointment – sealed by documents, checked by anybody."""
