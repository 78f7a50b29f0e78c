"""Certificates as the tests use it: builders of the domain, and a running office."""
