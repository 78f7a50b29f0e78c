"""Video visits of applications: noted, begun, missed (C19, d9). Scheduling books them."""
