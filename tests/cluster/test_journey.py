"""The main job through nginx, by https, while two nodes of each site share the work."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.cluster.cluster import Cluster
from tests.cluster.programs import ADMIN, Node
from tests.end_to_end.test_journey import take_the_eight_steps


def test_the_eight_steps_through_nginx(browser: Browser, cluster: Cluster) -> None:
    cluster.postgresql.ask("DELETE FROM store_configuration_storedkey RETURNING fingerprint", ADMIN)

    key = take_the_eight_steps(browser, cluster)

    files = [path for path in cluster.folder.rglob("*") if path.is_file()]
    files += [path for path in cluster.postgresql.folder.rglob("*") if path.is_file()]
    assert [path for path in files if holds(path, key)] == []
    assert [node.name for node in cluster.all_nodes if not has_served(node)] == []


def holds(path: Path, key: str) -> bool:
    try:
        return key.encode() in path.read_bytes()
    except FileNotFoundError:  # PostgreSQL's files come and go
        return False


def has_served(node: Node) -> bool:
    return '" 200 ' in node.log.read_text()
