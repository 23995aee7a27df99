"""Every text of both sites is marked for translation."""

import ast
from pathlib import Path

from tests import pseudo
from tests.catalogs import KEYWORDS, PACKAGES

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "templates"


def test_no_template_of_a_page_or_an_e_mail_says_what_is_not_marked() -> None:
    files = [path for path in TEMPLATES.rglob("*") if path.suffix in (".html", ".txt")]

    said = {path.name: pseudo.unmarked_in_template(path.read_text()) for path in files}

    assert {name: texts for name, texts in said.items() if texts} == {}


def test_no_text_is_marked_inside_of_an_f_string_where_babel_does_not_look() -> None:
    marked = {
        (path.name, call.lineno)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text()))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in KEYWORDS
    }

    assert marked == set()
