"""Requests: «Запросить врача» and «врач в тот же день», which a clinic's desk answers in time."""
