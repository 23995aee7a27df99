"""The OpenAPI document against the live service: schemathesis looks for whatever isn't true."""

import os
import subprocess
import sys
from pathlib import Path

from api_keys.contract import CHECK_PATH, Environment
from tests.end_to_end.processes import ACCOUNT_SETTINGS, Sites, copy_installation, served_sites

LIMITS = ("LIMIT_PER_KEY", "LIMIT_PER_ADDRESS", "LIMIT_FAILED_ATTEMPTS", "LIMIT_LEAK_REPORTS")
NO_LIMIT = dict.fromkeys(LIMITS, "0")
PATHS = {
    Environment.PRODUCTION: CHECK_PATH,
    Environment.SANDBOX: f"/sandbox{CHECK_PATH}",
}


def test_schemathesis_finds_nothing(prepared: Sites, tmp_path: Path) -> None:
    with served_sites(tmp_path, copy_installation(prepared, tmp_path, **NO_LIMIT)) as sites:
        for environment, path in PATHS.items():
            done = examine(sites, environment, path)
            assert done.returncode == 0, done.stdout
            assert "Tested: 2" in done.stdout
        done = examine(sites, Environment.PRODUCTION, "/gateway/leaks")
        assert done.returncode == 0, done.stdout
        assert "Tested: 1" in done.stdout

    assert "Traceback" not in sites.log


def examine(sites: Sites, environment: Environment, path: str) -> subprocess.CompletedProcess[str]:
    """Let schemathesis try everything at one path, with a good key at hand."""
    _code, key = sites.manage(
        "issue_api_key",
        f"Examined at {path}",
        f"--environment={environment}",
        "--company=Acme",
        "--create-company",
        settings=ACCOUNT_SETTINGS,
    )
    config = sites.folder / "schemathesis.toml"
    config.write_text(
        "".join(
            f'[auth.openapi.{name}]\napi_key = "${{KEY}}"\n'
            for name in ("magento-api-key", "x-api-key")
        )
    )
    document = f"{sites.account}/gateway/openapi.json"
    program = [str(Path(sys.executable).with_name("schemathesis")), f"--config-file={config}"]
    return subprocess.run(
        [*program, "run", document, f"--include-path={path}", "--max-examples=100", "--no-color"],
        cwd=sites.folder,
        env={"PATH": os.environ["PATH"], "KEY": key},
        capture_output=True,
        text=True,
    )
