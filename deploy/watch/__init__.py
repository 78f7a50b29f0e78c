"""What watches the platform: the page of operations, dashboards, rules, runbooks."""
