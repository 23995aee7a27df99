"""What nginx adds: who may ask for what, by which name, and what is written down of it."""

import socket
import ssl

import pytest
import requests

from api_keys.contract import CHECK_PATH, Environment, generate_key
from tests.cluster.changes import THROUGH_NGINX
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
