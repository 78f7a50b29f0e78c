"""Certificates without a doctor: what a register or the hospital's record says is enough."""
