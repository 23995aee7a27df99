"""Somebody at a browser without scripts: keeps cookies and connections, fills in forms."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter

from tests.cluster.cluster import Cluster

SECONDS_TO_ANSWER = 15


@dataclass(frozen=True)
class Reply:
    """What came back. Without an answer, the status is 0 and the text says why."""

    status: int
    text: str
    headers: Mapping[str, str]
    began: float
    ended: float

    @property
    def is_failure(self) -> bool:
        return self.status == 0 or self.status >= 500


class FromAddress(HTTPAdapter):
    """Connects from an address of loopback, so that visitors differ as they do in life."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, source_address=(self.address, 0), **kwargs)


class Visitor:
    def __init__(self, cluster: Cluster, address: str = "127.0.0.1") -> None:
        self.cluster = cluster
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(cluster.certificate)
        self.session.mount("https://", FromAddress(address))

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a request; redirects are not followed. Nothing that happens to it raises."""
        began = time.monotonic()
        try:
            answer = self.session.request(
                method,
                url,
                headers=dict(headers or {}),
                data=fields,
                timeout=SECONDS_TO_ANSWER,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return Reply(0, repr(error), {}, began, time.monotonic())
        return Reply(answer.status_code, answer.text, answer.headers, began, time.monotonic())

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        return self.ask("GET", url, headers=headers)

    def check(self, key: str, site: str = "", headers: Mapping[str, str] | None = None) -> Reply:
        """Ask the key-validation service about a key."""
        url = f"{site or self.cluster.account}/gateway/apikeycheck"
        return self.get(url, {"X-API-Key": key, **(headers or {})})

    def fill_in(self, page: str, url: str, **values: str) -> Reply:
        """Send the form of a page that leads to `url`, with `values` in it."""
        fields = form_to(url, page) | values
        return self.ask("POST", url, headers={"Referer": url}, fields=fields)

    def sign_in(self, site: str, name: str, password: str) -> None:
        url = f"{site}/sign-in/"
        reply = self.fill_in(self.get(url).text, url, login=name, password=password)
        assert reply.status == 302, f"{reply.status}: {reply.text}"

    def create_account(self, email: str, password: str) -> None:
        url = f"{self.cluster.account}/create-an-account/"
        values = {"name": "Mia", "company": "Acme", "email": email, "password1": password}
        reply = self.fill_in(self.get(url).text, url, **values)
        assert reply.status == 302, f"{reply.status}: {reply.text}"


class Forms(HTMLParser):
    """Collects the forms of a page: where each goes, and the values of its fields."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((given.get("action", ""), {}))
        elif tag == "input" and given.get("name") and self.found:
            self.found[-1][1][given["name"]] = given.get("value", "")


def form_to(url: str, page: str) -> dict[str, str]:
    """Return the fields of the page's form that a browser would send to `url`."""
    forms = Forms()
    forms.feed(page)
    fields = [each for action, each in forms.found if urljoin(url, action) == url]
    assert fields, f"no form to {url}: {page}"
    return next(each for each in fields if "csrfmiddlewaretoken" in each)
