"""Checking a talon over HTTP: for machines, for the desk, and the page of the QR code."""

from __future__ import annotations

from services.scheduling.talons.api.routes import pages, router

__all__ = ["pages", "router"]
