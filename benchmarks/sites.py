"""Both sites of this checkout as processes, with lists of a given length."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from admin_portal.embedded.run import ACCOUNT, ADMIN, Site
from benchmarks.installations import Filling, installation
from benchmarks.servers import HIGH_LIMITS, Installation, Server, gunicorn

CHANNEL = "/marketing/amazon-sales-channel/"
CONFIGURATION = "/stores/configuration/services/magento-services/"
COMPANY = "/my-account/1"
API_PORTAL = f"{COMPANY}/api-portal/"


@dataclass(frozen=True)
class Running:
    installed: Installation
    server: Server


@dataclass(frozen=True)
class Sites:
    admin: Running
    account: Running

    @property
    def key(self) -> str:
        return (self.account.installed.folder / "key").read_text()


@contextmanager
def both_sites(rows: int, database: str = "SQLite") -> Iterator[Sites]:
    with ExitStack() as stack:
        account = stack.enter_context(site(ACCOUNT, rows, database))
        yield Sites(stack.enter_context(admin_asking(account, rows, database)), account)


@contextmanager
def admin_asking(
    account: Running, rows: int, database: str = "SQLite", wsgi: str = ADMIN.application
) -> Iterator[Running]:
    """Serve the Admin, with a key that the running `account` issued."""
    key = (account.installed.folder / "key").read_text()
    settings = {"KEY_VALIDATION_URL_PRODUCTION": account.server.url, "PRODUCTION_API_KEY": key}
    with site(ADMIN, rows, database, settings, wsgi) as running:
        yield running


@contextmanager
def site(
    which: Site,
    rows: int,
    database: str = "SQLite",
    settings: dict[str, str] | None = None,
    wsgi: str = "",
) -> Iterator[Running]:
    name = "admin" if which is ADMIN else "account"
    filling = Filling(f"{name}_{rows}", f"benchmarks.filling.{name}", (str(rows),))
    kept = installation(filling, database)
    own = {**HIGH_LIMITS, "DJANGO_SETTINGS_MODULE": which.settings, **(settings or {})}
    installed = replace(kept, environment={**kept.environment, **own})
    installed.manage(which, "migrate", "--verbosity=0")
    installed.manage(which, "collectstatic", "--no-input", "--verbosity=0")
    # Not on the same one: in production, they aren't on the same machine.
    processor = 0 if which is ACCOUNT else -1
    with gunicorn(wsgi or which.application, installed, processor) as server:
        yield Running(installed, server)
