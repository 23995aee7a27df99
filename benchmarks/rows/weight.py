"""How many bytes a browser receives on a first visit, and on a second one.

The sites are behind nginx with Debian's own settings, which compress HTML. By HTTP/1.1, whose
headers are longer than HTTP/2's.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from benchmarks.rows.pages import PAGES
from benchmarks.servers import free_port, wait_for
from benchmarks.sites import API_PORTAL, Running, both_sites
from benchmarks.table import Line, figure
from benchmarks.visiting import sign_in
from tests.browser import find_chromium
from tests.cluster.cluster import nginx_path

FIRST, SECOND = 50, 10
SIGN_IN = "/sign-in/"
NGINX = """
daemon off;
pid {folder}/pid;
error_log /dev/null crit;
events {{}}
http {{
    gzip on;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass {site};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
        }}
    }}
}}
"""
FETCH_ICONS = """async () => {
    for (const icon of document.querySelectorAll("link[rel~=icon]")) await fetch(icon.href)
}"""
"""Without a window, Chromium leaves them out."""


def lines() -> Iterator[Line]:
    admin: dict[str, tuple[str, ...]] = {"sign-in and dashboard": (SIGN_IN, "/")}
    admin |= {name: (path,) for name, path in PAGES.items() if path != "/"}
    with both_sites(20) as sites, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        for running, pages in (
            (sites.admin, admin), (sites.account, {"API Portal": (API_PORTAL,)})
        ):  # fmt: skip
            cookie = sign_in(running.installed).cookie
            with behind_nginx(running) as url:
                for name, paths in pages.items():
                    first, second = weigh(browser, url, paths, cookie)
                    yield figure(FIRST, f"{name}, a first visit", first, " KB")
                    yield figure(SECOND, f"{name}, a second visit", second, " KB")


@contextmanager
def behind_nginx(running: Running) -> Iterator[str]:
    with TemporaryDirectory() as folder:
        port, file = free_port(), Path(folder) / "nginx.conf"
        file.write_text(NGINX.format(folder=folder, port=port, site=running.server.url))
        nginx = subprocess.Popen([nginx_path(), "-c", file])
        try:
            wait_for(port, nginx)
            yield f"http://127.0.0.1:{port}"
        finally:
            nginx.terminate()
            nginx.wait(timeout=30)


def weigh(browser: Browser, url: str, paths: tuple[str, ...], cookie: str) -> tuple[float, float]:
    """Return the kilobytes of the pages, headers and all, and of the last of them once more."""
    context = browser.new_context()
    first = sum(kilobytes_of(context, url, path, cookie) for path in paths)
    second = kilobytes_of(context, url, paths[-1], cookie)
    context.close()
    return first, second


def kilobytes_of(context: BrowserContext, url: str, path: str, cookie: str) -> float:
    received = 0.0

    def add(event: Any) -> None:
        nonlocal received
        received += event["encodedDataLength"]

    if path != SIGN_IN:
        name, _, value = cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": url}])
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", add)
    page.goto(url + path, wait_until="networkidle")
    assert page.url == url + path, page.url
    page.evaluate(FETCH_ICONS)
    page.wait_for_load_state("networkidle")
    page.close()
    return received / 1000
