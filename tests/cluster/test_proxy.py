"""What nginx adds: who may ask for what, by which name, and what is written down of it."""

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, HTTPResponse

import pytest
import requests

from api_keys.contract import CHECK_PATH, Environment, generate_key
from tests.cluster.changes import THROUGH_NGINX
from tests.cluster.cluster import Cluster
from tests.cluster.programs import wait_until
from tests.cluster.visitor import Visitor

FLOOD = 700
"""Requests at once: more than the reserve of 400, and 200 for each second that they take."""


def test_pages_lead_to_https_but_a_key_sent_in_clear_is_refused(cluster: Cluster) -> None:
    visitor = Visitor(cluster)

    page = visitor.get(f"{cluster.in_clear}/sign-in/")
    check = visitor.check(generate_key(Environment.PRODUCTION), cluster.in_clear)

    assert (page.status, page.headers["Location"]) == (308, "https://localhost/sign-in/")
    assert check.status == 400
    assert "/problems/https-required/" in check.text


def test_who_asks_for_another_name_gets_no_certificate(cluster: Cluster) -> None:
    with pytest.raises(requests.exceptions.SSLError, match=r"UNRECOGNIZED_NAME"):
        requests.get(cluster.admin.replace("localhost", "127.0.0.1"), verify=False, timeout=10)  # noqa: S501


@pytest.mark.parametrize("name", ["localhost", "other.example.com"])
def test_protocols_of_long_ago_are_refused_though_others_on_this_nginx_have_them(
    cluster: Cluster, name: str
) -> None:
    old = ssl.create_default_context(cafile=cluster.certificate)
    old.set_ciphers("ALL:@SECLEVEL=0")  # or this end would be the one that refuses
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1

    with (
        socket.create_connection(("127.0.0.1", cluster.ports["account"])) as connection,
        pytest.raises(ssl.SSLError, match="ALERT_PROTOCOL_VERSION"),
    ):
        old.wrap_socket(connection, server_hostname=name)


def test_visitor_can_not_pass_for_another_address(cluster: Cluster) -> None:
    forged, own = "192.0.2.7", "127.77.0.1"
    visitor = Visitor(cluster, own)
    url = f"{cluster.admin}/sign-in/"
    visitor.session.headers["X-Forwarded-For"] = forged
    visitor.fill_in(visitor.get(url).text, url, login="nobody", password="wrong")

    told = "SELECT DISTINCT address FROM action_log_actionrecord WHERE action = 'sign_in.failed'"
    assert cluster.postgresql.ask(told, "commerce_admin") == [(own,)]


def test_files_of_either_version_are_found_on_whichever_node_has_them(cluster: Cluster) -> None:
    path = "/static/of-the-next-release.css"
    (cluster.folder / "admin" / path[1:]).write_text("")
    older, newer = cluster.nodes["admin"]
    # A node serves the files that it found when it started.
    newer.terminate()
    newer.start()
    newer.wait_until_ready()
    visitor = Visitor(cluster)

    statuses = [visitor.get(cluster.admin + path).status for _time in range(6)]

    assert statuses == [200] * 6
    at_nodes = [f"http://127.0.0.1:{node.port}{path}" for node in (older, newer)]
    assert [visitor.get(url, THROUGH_NGINX).status for url in at_nodes] == [404, 200]


def test_key_in_an_address_is_in_no_log(cluster: Cluster) -> None:
    key = generate_key(Environment.PRODUCTION)
    visitor = Visitor(cluster)

    visitor.get(f"{cluster.account}{CHECK_PATH}?api_key={key}")
    visitor.get(f"{cluster.account}/my-account/{key}/")
    visitor.get(f"{cluster.admin}/search/?q={key}")

    said = {path.name: path.read_text() for path in cluster.folder.glob("*.log")}
    assert "/my-account/..." in said["commerce.log"]
    assert said["access.log"] == ""
    assert [name for name, text in said.items() if key in text] == []


def test_program_that_floods_the_key_service_is_told_in_its_own_language(cluster: Cluster) -> None:
    with flood(cluster, "127.77.0.2") as answers:
        refused = next(answer for answer in answers if answer.status == 429)
        told = json.loads(refused.read())

    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.headers["Retry-After"] == "1"
    assert (told["type"], told["title"], told["status"]) == (
        "about:blank",
        "Too Many Requests",
        429,
    )


@contextmanager
def flood(cluster: Cluster, address: str) -> Iterator[Iterator[HTTPResponse]]:
    """Ask at once and from one address, in clear as that is quicker.

    It is for something that the site itself never refuses to whoever asks often.
    """
    with ExitStack() as opened:
        connections = [
            opened.enter_context(
                closing(
                    HTTPConnection(
                        "127.0.0.1", cluster.ports["http"], source_address=(address, 0), timeout=10
                    )
                )
            )
            for _each in range(FLOOD)
        ]
        for connection in connections:
            connection.request("GET", "/gateway/openapi.json", headers={"Host": "localhost"})
        # The last ones first: those are too many.
        yield (connection.getresponse() for connection in reversed(connections))


def test_report_that_is_too_large_for_nginx_is_refused_with_a_problem(cluster: Cluster) -> None:
    report = {"key": "k" * 300_000}

    reply = Visitor(cluster).ask("POST", f"{cluster.account}/gateway/leaks", fields=report)

    assert reply.status == 413
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert "Retry-After" not in reply.headers
    assert json.loads(reply.text)["status"] == 413


def test_program_hears_that_no_node_is_there_and_when_to_ask_again(cluster: Cluster) -> None:
    visitor, key = Visitor(cluster), generate_key(Environment.PRODUCTION)
    with no_node_of_the_account(cluster):
        reply = visitor.check(key)

    assert reply.status == 502
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.headers["Retry-After"] == "5"
    assert json.loads(reply.text)["title"] == "Bad Gateway"


@contextmanager
def no_node_of_the_account(cluster: Cluster) -> Iterator[None]:
    nodes = cluster.nodes["account"]
    for node in nodes:
        node.terminate()
    try:
        yield
    finally:
        for node in nodes:
            node.start()
        for node in nodes:
            node.wait_until_ready()
        # nginx leaves them alone for two seconds more.
        page = f"{cluster.account}/sign-in/"
        assert wait_until(lambda: Visitor(cluster).get(page).status == 200, seconds=10)
