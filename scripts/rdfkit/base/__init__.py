"""Errors, namespaces, text and processes: what every other room needs."""
