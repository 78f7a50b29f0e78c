"""What bookings decide: what a visit is, what it still needs, and what may happen to it.

Pure: no await, no clock, no ids made inside. Knows no contract, no database, no HTTP.
"""
