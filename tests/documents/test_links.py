"""Whatever a document leads to is there, and its pictures can be heard, too."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image, ImageSequence

from tests.browser.pictures import FOLDER as PICTURES
from tests.documents.reading import documents, links, name

HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
WORDS_OF_A_PICTURE = 4
LIGHT = 1_000_000


def leads_nowhere(document: Path, address: str) -> bool:
    file, _, anchor = address.partition("#")
    if "://" in address:
        return False
    target = (document.parent / file) if file else document
    return not target.exists() or (bool(anchor) and target.is_file() and anchor not in anchors(target))


def anchors(document: Path) -> set[str]:
    """Return the names of the headings as GitHub makes them."""
    titles = HEADING.findall(document.read_text())
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_link_leads_to_something() -> None:
    lost = {
        name(document): found
        for document in documents()
        if (found := [address for _, _, address in links(document) if leads_nowhere(document, address)])
    }
    assert lost == {}


def test_every_picture_has_words_for_who_does_not_see_it() -> None:
    mute = [
        (name(document), address)
        for document in documents()
        for is_picture, words, address in links(document)
        if is_picture and len(words.split()) < WORDS_OF_A_PICTURE
    ]
    assert mute == []


def test_the_pictures_are_light_and_the_one_that_moves_does() -> None:
    shown = {
        (document.parent / address)
        for document in documents()
        for is_picture, _, address in links(document)
        if is_picture
    }
    assert sum(each.stat().st_size for each in shown) < LIGHT
    (moving,) = [each for each in shown if each.stem == "lost-webhook"]
    with Image.open(moving) as picture:
        assert len(list(ImageSequence.Iterator(picture))) > 5
    assert set(PICTURES.iterdir()) == {each.resolve() for each in shown}


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    document = tmp_path / "A.md"
    document.write_text("# What there is\n")
    assert not leads_nowhere(document, "#what-there-is")
    assert not leads_nowhere(document, "https://example.com/#nothing")
    assert all(leads_nowhere(document, each) for each in ("#what-there-was", "B.md", "A.md#what-there-was"))
