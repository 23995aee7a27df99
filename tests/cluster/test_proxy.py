"""What nginx adds: who may ask for what, by which name, and what is written down of it."""

import re

import pytest
import requests

from api_keys.contract import CHECK_PATH, Environment, generate_key
from tests.cluster.cluster import Cluster
from tests.cluster.visitor import Visitor


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


def test_visitor_can_not_pass_for_another_address(cluster: Cluster) -> None:
    forged, own = "192.0.2.7", "127.77.0.1"
    visitor = Visitor(cluster, own)
    url = f"{cluster.admin}/sign-in/"
    visitor.session.headers["X-Forwarded-For"] = forged
    visitor.fill_in(visitor.get(url).text, url, login="nobody", password="wrong")

    told = "SELECT DISTINCT address FROM action_log_actionrecord WHERE action = 'sign_in.failed'"
    assert cluster.postgresql.ask(told, "commerce_admin") == [(own,)]


def test_files_of_either_version_are_found_on_whichever_node_has_them(cluster: Cluster) -> None:
    visitor = Visitor(cluster)
    page = visitor.get(f"{cluster.admin}/sign-in/").text
    (address, *_others) = re.findall(r'href="(/static/css/[^"]+)"', page)

    statuses = {visitor.get(cluster.admin + address).status for _time in range(6)}

    assert statuses == {200}


def test_key_in_an_address_is_in_no_log(cluster: Cluster) -> None:
    key = generate_key(Environment.PRODUCTION)
    visitor = Visitor(cluster)

    visitor.get(f"{cluster.account}{CHECK_PATH}?api_key={key}")
    visitor.get(f"{cluster.account}/my-account/{key}/")
    visitor.get(f"{cluster.admin}/search/?q={key}")

    said = {path.name: path.read_text() for path in cluster.folder.glob("*.log")}
    assert "/my-account/..." in said["commerce.log"]
    assert [name for name, text in said.items() if key in text] == []
