"""Mutation testing of the shapes: records broken by one edit, shapes weakened in one place, and what notices."""
