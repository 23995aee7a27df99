"""The main job through nginx, by https, while two nodes of each site share the work."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.cluster.cluster import Cluster
from tests.cluster.programs import ADMIN, Node
from tests.end_to_end.test_journey import take_the_eight_steps


def test_the_eight_steps_through_nginx(browser: Browser, cluster: Cluster) -> None:
    cluster.postgresql.ask("DELETE FROM store_configuration_storedkey RETURNING fingerprint", ADMIN)
    begins_at = {node.name: node.log.stat().st_size for node in cluster.all_nodes}

    key = take_the_eight_steps(browser, cluster)

    files = [path for path in cluster.folder.rglob("*") if path.is_file()]
    files += [path for path in cluster.postgresql.folder.rglob("*") if path.is_file()]
    assert [path for path in files if holds(path, key)] == []
    nodes = cluster.all_nodes
    assert [node.name for node in nodes if not has_served(node, begins_at[node.name])] == []


def holds(path: Path, key: str) -> bool:
    try:
        return key.encode() in path.read_bytes()
    except FileNotFoundError:  # PostgreSQL's files come and go
        return False


def has_served(node: Node, begins_at: int) -> bool:
    """Tell whether it answered anything since its log had so many bytes."""
    return b'" 200 ' in node.log.read_bytes()[begins_at:]
