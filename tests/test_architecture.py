"""The arrows between packages, held by reading every import."""

import ast
import re
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ACCOUNT = "api_keys.commerce_account"
STORE = "api_keys.store_configuration"
CONTRACT = "api_keys.contract"
OURS = ("admin_portal", "amazon_channel", "api_keys", "tests")

ACTION_LOG = "admin_portal.action_log"
ENTRANCE = "admin_portal.entrance"
NOTIFICATIONS = "admin_portal.notifications"
PEOPLE = "admin_portal.people"
SECURITY = "admin_portal.security"
RESOURCES = "admin_portal.resources"
ACCESS = "admin_portal.access"

SHARED = tuple(
    f"admin_portal.{module}"
    for module in (
        "actors",
        "background_jobs",
        "background_writing",
        "checks",
        "csrf",
        "csv_files",
        "encryption",
        "job_schedule",
        "kept_parts",
        "mail",
        "meanwhile",
        "monitoring",
        "networks",
        "outage",
        "paging",
        "periods",
        "preferences",
        "prepared",
        "requests",
        "rotation",
        "security_txt",
        "sending",
        "settings",
        "shared_cache",
        "sign_in",
        "typed_text",
    )
)
"""What both sites have in common, and what knows neither of them."""

MAY_IMPORT = {
    **{module.replace(".", "/"): SHARED for module in SHARED},
    "api_keys/contract": (),
    "api_keys/store_configuration": (STORE, CONTRACT, NOTIFICATIONS, ACTION_LOG, ACCESS, *SHARED),
    "api_keys/commerce_account": (ACCOUNT, CONTRACT, *SHARED),
    "admin_portal/typed_text": (CONTRACT,),
    "admin_portal/monitoring": (CONTRACT, *SHARED),
    "admin_portal/action_log": (ACTION_LOG, CONTRACT, ACCESS, *SHARED),
    "admin_portal/access": (),
    "admin_portal/resources": (ACCESS,),
    "admin_portal/entrance": (ENTRANCE, SECURITY, ACTION_LOG, CONTRACT, ACCESS, *SHARED),
    "admin_portal/notifications": (NOTIFICATIONS, ACTION_LOG, ACCESS, *SHARED),
    "admin_portal/people": (PEOPLE, RESOURCES, SECURITY, ACTION_LOG, ACCESS, *SHARED),
    "admin_portal/security": (SECURITY, ACTION_LOG, ACCESS, *SHARED),
    "amazon_channel": ("amazon_channel", STORE, CONTRACT, ACTION_LOG, ACCESS, *SHARED),
    "admin_portal": ("admin_portal", "amazon_channel", STORE, CONTRACT),
}


def modules(place: str) -> list[Path]:
    path = ROOT / place
    return sorted(path.rglob("*.py")) or [path.with_suffix(".py")]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_at_run_time(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    for block in ast.walk(tree):
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING":
            block.body = [ast.Pass()]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)


def lies_in(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


@pytest.mark.parametrize("place", MAY_IMPORT)
def test_imports_follow_the_arrows(place: str) -> None:
    against = [
        (path.name, name)
        for path in modules(place)
        for name in imported(path)
        if any(lies_in(name, ours) for ours in OURS)
        and not any(lies_in(name, allowed) for allowed in MAY_IMPORT[place])
    ]

    assert against == []


def test_the_contract_is_pure_python() -> None:
    (path,) = modules("api_keys/contract")

    foreign = [n for n in imported(path) if n.split(".")[0] in ("django", "requests", "urllib3")]

    assert foreign == []


def test_one_module_touches_ciphertext_and_another_checks_the_keys_to_it() -> None:
    users = {
        path.name
        for place in ("admin_portal", "amazon_channel", "api_keys")
        for path in modules(place)
        if any(lies_in(name, "cryptography") for name in imported(path))
    }

    assert users == {"encryption.py", "checks.py"}


def test_what_runs_needs_no_package_that_only_tests_have() -> None:
    files = ("requirements.txt", "requirements-tracing.txt")
    requirements = "".join((ROOT / file).read_text() for file in files)
    installed = {name.lower() for name in re.findall(r"^([\w.-]+)==", requirements, re.MULTILINE)}
    providers = packages_distributions()

    missing = {
        (path.name, name)
        for place in ("admin_portal", "amazon_channel", "api_keys")
        for path in modules(place)
        for name in imported_at_run_time(path)
        if (by := providers.get(name.split(".")[0]))
        and not {each.lower().replace("_", "-") for each in by} & installed
    }

    assert missing == set()
