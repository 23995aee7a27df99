"""What the tool for the catalogs finds, on a catalog of its own."""

from pathlib import Path

import pytest
import time_machine
from babel.messages.catalog import Catalog

from tests import catalogs

TEXTS: list[str | tuple[str, str]] = [
    "Save",
    "%s is <b>here</b>, %s not",
    ("%(days)s day left", "%(days)s days left"),
]
TRANSLATED: list[str | tuple[str]] = ["保存", "%s は<b>あり</b>、%s はない", ("残り %(days)s 日",)]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogs, "ROOT", tmp_path)


@pytest.fixture
def found() -> Catalog:
    """What the code says."""
    catalog = Catalog()
    for text in TEXTS:
        catalog.add(text)
    return catalog


@pytest.fixture
def kept(found: Catalog) -> Catalog:
    """What is translated: all of it, and written down."""
    catalogs.update(found, catalogs.catalog_of("ja"))
    catalog = catalogs.catalog_of("ja")
    for text, translation in zip(TEXTS, TRANSLATED, strict=True):
        catalog[_id(text)].string = translation
    catalogs.update(found, catalog)
    return catalogs.catalog_of("ja")


def _id(text: str | tuple[str, str]) -> str:
    return text if isinstance(text, str) else text[0]


def troubles(found: Catalog, kept: Catalog) -> list[str]:
    """Return what is found, without the file's name before it."""
    return [line.split(": ", 1)[1] for line in catalogs.check(found, kept)]


def test_complete_catalog_is_fine(found: Catalog, kept: Catalog) -> None:
    assert troubles(found, kept) == []


def test_new_text_is_missing_and_then_not_translated(found: Catalog, kept: Catalog) -> None:
    found.add("Cancel")
    before = troubles(found, kept)

    catalogs.update(found, kept)

    assert before == ["missing: (None, 'Cancel')"]
    assert troubles(found, catalogs.catalog_of("ja")) == ["not translated: (None, 'Cancel')"]


def test_text_that_is_said_no_more_is_stale_and_then_dropped(found: Catalog, kept: Catalog) -> None:
    found.delete("Save")
    before = troubles(found, kept)

    catalogs.update(found, kept)

    assert before == ["stale: (None, 'Save')"]
    assert troubles(found, catalogs.catalog_of("ja")) == []


def test_obsolete_entry_is_stale(found: Catalog, kept: Catalog) -> None:
    path = catalogs.path_of("ja")
    path.write_text(path.read_text() + '\n#~ msgid "Old"\n#~ msgstr "古い"\n')

    assert "stale: 'Old'" in troubles(found, catalogs.catalog_of("ja"))


def test_fuzzy_entry_is_named(found: Catalog, kept: Catalog) -> None:
    path = catalogs.path_of("ja")
    path.write_text(path.read_text().replace('msgid "Save"', '#, fuzzy\nmsgid "Save"'))

    assert "fuzzy: (None, 'Save')" in troubles(found, catalogs.catalog_of("ja"))


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("%s is <b>here</b>, %s not", "%s は<b>あり</b>"),
        ("%s is <b>here</b>, %s not", "%s はあり、%s はない"),
        ("%(days)s day left", "残り %(day)s 日"),
        ("%(days)s day left", "残り 1 日"),
    ],
)
def test_lost_placeholder_or_tag_is_named(
    found: Catalog, kept: Catalog, text: str, translation: str
) -> None:
    entry = kept[text]
    entry.string = translation if isinstance(entry.id, str) else (translation,)
    catalogs.update(found, kept)

    (trouble,) = troubles(found, catalogs.catalog_of("ja"))

    assert trouble.startswith("other placeholders: ")


def test_edited_catalog_that_was_not_compiled_is_named(found: Catalog, kept: Catalog) -> None:
    path = catalogs.path_of("ja")
    path.write_text(path.read_text().replace("保存", "保存する"))

    assert troubles(found, catalogs.catalog_of("ja")) == [
        "not compiled: run python -m tests.catalogs update"
    ]


def test_catalog_that_was_never_compiled_is_named(found: Catalog, kept: Catalog) -> None:
    catalogs.path_of("ja").with_suffix(".mo").unlink()

    assert len(troubles(found, kept)) == 1


def test_compiled_catalog_stays_current(found: Catalog, kept: Catalog) -> None:
    catalogs.update(found, kept)

    with time_machine.travel("2040-01-01 12:34"):
        assert troubles(found, catalogs.catalog_of("ja")) == []


def test_texts_of_python_and_of_templates_are_found(tmp_path: Path) -> None:
    python, template = tmp_path / "a.py", tmp_path / "a.html"
    python.write_text('_("In a\\n" "line")\nngettext("%d key", "%d keys", 2)\n')
    template.write_text(
        '{% translate "Save" %}\n'
        "{% blocktranslate trimmed %}\n  Hello\n  you\n{% endblocktranslate %}"
    )

    said = [text for path in (python, template) for _line, text, *_ in catalogs.texts_in(path)]

    assert said == ["In a\nline", ("%d key", "%d keys"), "Save", "Hello you"]


def test_every_language_but_english_has_a_catalog() -> None:
    assert catalogs.LANGUAGES == ["ja"]
