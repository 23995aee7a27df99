"""The README's claims, read against the code."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
READERS = {
    "choice",
    "contact",
    "env",
    "required",
    "number",
    "flag",
    "networks",
    "site_url",
    "environ",
}
NAMING = {"cache", "database", "job_queue", "secret"}
"""These read a setting as well, but what stands last is a name, and no default."""
USUAL = {"HTTPS_PROXY"}  # read by `requests`, not by us
DJANGOS = {"DJANGO_SETTINGS_MODULE"}


def settings_in_readme() -> dict[str, str]:
    """Return each setting's default as the table has it."""
    table = README.split("## Settings")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", table, flags=re.MULTILINE))


def settings_in_code() -> dict[str, object]:
    """Return each setting that the code reads, with its default where that is a constant."""
    found: dict[str, object] = {}
    for path in [*ROOT.glob("admin_portal/**/*.py"), ROOT / "tests" / "browser.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and reader_of(node.func) in READERS | NAMING:
                values = [a.value for a in node.args if isinstance(a, ast.Constant)]
                names = [str(v) for v in values if re.fullmatch(r"[A-Z_]+", str(v))]
                found.update({name: found.get(name) for name in names})
                if names:
                    found[names[-1]] = default_of(node) or found[names[-1]]
    return found


def reader_of(function: ast.expr) -> str:
    """Return `env` for `env.str`, `environ` for `os.environ.get`, `required` for itself."""
    if isinstance(function, ast.Attribute):
        value = function.value
        if isinstance(value, ast.Attribute):
            return value.attr
        name = getattr(value, "id", "")
        return name if name != "environ" else ""  # a request's, not the process's
    return getattr(function, "id", "")


def default_of(call: ast.Call) -> object:
    """Return `default=…`, or what stands last: `number("A", 1)`, `site_url("A", "A_PORT", 1)`."""
    given = [keyword.value for keyword in call.keywords if keyword.arg == "default"]
    if reader_of(call.func) not in NAMING:
        given += call.args[1:][-1:]
    return given[0].value if given and isinstance(given[0], ast.Constant) else None


def test_every_setting_that_the_code_reads_is_in_the_table() -> None:
    assert set(settings_in_code()) - set(settings_in_readme()) - DJANGOS == set()


def test_every_setting_in_the_table_is_read_by_the_code() -> None:
    assert set(settings_in_readme()) - set(settings_in_code()) - USUAL == set()


def test_defaults_in_the_table_are_the_code_s() -> None:
    written = settings_in_readme()

    for name, default in settings_in_code().items():
        if default not in (None, "") and name not in DJANGOS:
            assert written[name].strip("`") == str(default), name


@pytest.mark.parametrize(
    "file",
    [
        "README.md",
        "docs/protocol.md",
        "docs/decisions.md",
        "docs/monitoring.md",
        "docs/deployment.md",
    ],
)
def test_links_lead_to_files_that_exist(file: str) -> None:
    text = (ROOT / file).read_text()
    targets = re.findall(r"\]\((?!https?:)([^)]+)\)", text)

    assert [
        target for target in targets if not (ROOT / file).parent.joinpath(target).exists()
    ] == []


def test_every_place_named_exists() -> None:
    table = README.split("## Where things live")[1]
    places = [
        p
        for cell in re.findall(r"^\| (`[^|]+`) \|", table, re.M)
        for p in re.findall(r"`([^`]+)`", cell)
    ]

    assert len(places) >= 8
    assert [place for place in places if not (ROOT / place).exists()] == []
