"""The gateway's routes and the static pages behind its front door."""
