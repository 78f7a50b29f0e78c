"""What certificates decides: forms, deadlines, states, numbers, what is printed and what is shown.

Pure: no await, no clock, no ids made inside. Knows no contract, no database, no HTTP.
"""
