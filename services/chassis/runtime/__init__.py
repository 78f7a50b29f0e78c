"""The roof: one call gives a service everything it stands on."""
