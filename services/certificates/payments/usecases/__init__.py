"""Paying at the acquirer, what the treasury says, and giving money back."""
