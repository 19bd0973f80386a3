"""The console's document says all that the console takes: held against the text of its modules and against itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

import simulators.console
from simulators.console.app import PAGES
from tests.integration.console.conftest import Visitor

pytestmark = pytest.mark.served
FOLDER = Path(simulators.console.__file__).parent
READ = re.compile(r'(request\.args\.get|(?<![\w.])field)\("(\w+)"')
ROUTE = re.compile(r'@routes\.(get|post)\("([^"]+)"')


@pytest.fixture
def document(visitor: Visitor) -> Any:
    return visitor.read_json("/openapi.json")


def names(operation: Any, where: str) -> set[str]:
    if where == "query":
        return {each["name"] for each in operation["parameters"] if each["in"] == "query"}
    content = operation.get("requestBody", {}).get("content", {}).values()
    return {name for each in content for name in each["schema"]["properties"]}


def test_it_is_a_document_as_openapi_has_it(document: Any) -> None:
    validate(document)


def test_it_has_every_address_with_what_it_is_for(document: Any) -> None:
    modules = {page.__name__.rpartition(".")[2]: page for page in PAGES}
    for module in modules:
        for method, address in ROUTE.findall((FOLDER / f"{module}.py").read_text()):
            operation = document["paths"][re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", address)][method]
            assert len(operation["summary"]) > 10, address
            assert {each["name"] for each in operation["parameters"] if each["in"] == "path"} == set(
                re.findall(r"<(?:\w+:)?(\w+)>", address)
            )


def test_every_field_that_a_module_reads_is_described_with_its_routes(document: Any) -> None:
    operations = [each for path in document["paths"].values() for each in path.values()]
    read = 0
    for page in PAGES:
        module = page.__name__.rpartition(".")[2]
        described = {
            (where, name)
            for each in operations
            if each["tags"] == [page.routes.name]
            for where in ("query", "body")
            for name in names(each, where)
        }
        for reader, name in READ.findall((FOLDER / f"{module}.py").read_text()):
            assert ("body" if reader == "field" else "query", name) in described, f"{module} reads {name}"
            read += 1
    assert read > 20


def test_a_field_is_described_where_it_is_taken_and_nowhere_else(document: Any) -> None:
    paths = document["paths"]
    assert names(paths["/"]["get"], "query") >= {"q", "cursor", "state", "context", "student"}
    assert names(paths["/clock/{act}"]["post"], "body") >= {"seconds"}
    assert names(paths["/pay/{saga_id}/card"]["post"], "body") == {"card"}
    assert names(paths["/help"]["get"], "query") == set()
    assert "post" not in paths["/help"]
    assert "requestBody" not in paths["/help"]["get"]


def test_the_help_leads_to_it(visitor: Visitor) -> None:
    assert 'href="/openapi.json"' in visitor.read_page("/help")


def test_acts_answer_as_described(visitor: Visitor, document: Any) -> None:
    assert set(document["paths"]["/calm"]["post"]["responses"]) == {"200", "303", "default"}
    assert "said" in visitor.act("/calm")
    assert visitor.post("/calm").status_code == 303
