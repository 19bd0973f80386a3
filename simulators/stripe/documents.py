"""What a stored document of Stripe's must have: the fields of each table by their kinds, listed in `documents.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from simulators.kit.http.validation import (
    Check,
    Shape,
    flag,
    integer,
    json_list,
    json_object,
    present,
    string,
)

KINDS: Mapping[str, Check] = {
    "text": string,
    "integer": integer,
    "flag": flag,
    "object": json_object,
    "list": json_list,
    "anything": present,  # of several kinds, or null
}


def documents() -> dict[str, Shape]:
    """Return the shape of each table's documents."""
    tables = json.loads(Path(__file__).with_name("documents.json").read_text())
    return {
        table: {field: KINDS[kind] for kind, fields in kinds.items() for field in fields.split()}
        for table, kinds in tables.items()
    }
