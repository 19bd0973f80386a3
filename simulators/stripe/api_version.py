"""The version of Stripe's API whose shapes this simulator has."""

from __future__ import annotations

API_VERSION = "2026-10-28.endive"
