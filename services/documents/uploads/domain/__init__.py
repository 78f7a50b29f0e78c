"""Uploads: what is accepted, how much of whom, what is signed in it, who may read it. Pure."""
