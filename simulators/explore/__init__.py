"""Exploring: storm after storm until a promise breaks, and the smallest storm that breaks it."""
