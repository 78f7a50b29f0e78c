"""What a person on call sees and is woken by, as code: queries, panels, alerts, runbooks.

One definition feeds Grafana, Prometheus' rules and the live page `/ops`. It measures nothing
itself and knows no service's code: only names of metrics, which a test compares with running
services.
"""
