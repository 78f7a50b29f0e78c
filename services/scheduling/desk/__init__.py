"""The desk: the clinic's day, visits found and made for who calls, and problems with visits."""
