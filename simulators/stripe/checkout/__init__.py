"""Checkout Sessions and their pages."""
