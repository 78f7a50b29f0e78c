"""The doctor's routes, and what is sent and answered by them."""
