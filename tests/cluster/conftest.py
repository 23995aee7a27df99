import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser

from tests.cluster.cluster import Cluster, running_cluster
from tests.cluster.table import LINES, NOTES, TITLE
from tests.end_to_end.conftest import running_chromium


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def browser(cluster: Cluster) -> Iterator[Browser]:
    """A Chromium that trusts the cluster's certificate, and no other that nobody vouches for."""
    flag = f"--ignore-certificate-errors-spki-list={pin_of(cluster.certificate)}"
    with running_chromium(flag) as chromium:
        yield chromium


def pin_of(certificate: Path) -> str:
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    told = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(told).digest()).decode()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add what each fault cost to the run's last lines."""
    if LINES or NOTES:
        terminalreporter.section("what each fault cost")
        terminalreporter.line(TITLE)
        for line in (*LINES, *NOTES):
            terminalreporter.line(line)
