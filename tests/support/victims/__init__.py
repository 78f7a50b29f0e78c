"""Programs that tests start in order to kill them at a named step."""
