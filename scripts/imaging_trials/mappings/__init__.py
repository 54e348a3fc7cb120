"""Mappings to other vocabularies (SSSOM), and their checks."""
