"""Making the virtual environment: what stands in the way ends in one sentence."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from admin_portal.embedded import install

SCRIPT = Path(install.__file__)


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder that needs nothing yet."""
    monkeypatch.chdir(tmp_path)
    Path("requirements.txt").write_text("")


class Commands:
    """Stands in for the commands that would be run. Each answers with an exit code and a text."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.run: list[str] = []
        self.answers: dict[str, tuple[int, str]] = {}
        monkeypatch.setattr(install, "run", self._run)

    def _run(self, command: list[str]) -> tuple[int, str]:
        line = " ".join(command)
        self.run.append(line)
        return next((a for part, a in self.answers.items() if part in line), (0, ""))


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(monkeypatch)


def sentence_of(*names: str) -> str:
    with pytest.raises(SystemExit) as end:
        install.main(list(names))
    assert "\n" not in str(end.value)
    return str(end.value)


def test_environment_is_made_once_and_then_left_alone(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "requirements.txt"]

    first = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    second = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)

    assert "Installing requirements.txt" in first.stdout
    assert Path(".venv/bin/python").exists()
    assert second.stdout == ""


def test_changed_requirements_are_installed_again(commands: Commands) -> None:
    install.main(["requirements.txt"])
    Path("requirements.txt").write_text("# other pins\n")

    install.main(["requirements.txt"])

    assert sum("--require-hashes -r requirements.txt" in line for line in commands.run) == 2


def test_old_python_gives_way_to_a_newer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    monkeypatch.setattr("admin_portal.embedded.install.sys.version_info", (3, 10, 4))
    monkeypatch.setattr(
        "admin_portal.embedded.install.shutil.which", {"python3.12": "/usr/bin/python3.12"}.get
    )
    monkeypatch.setattr(
        "admin_portal.embedded.install.os.execv", lambda path, arguments: taken.append(path)
    )

    with pytest.raises(SystemExit):
        install.use_new_python()

    assert taken == ["/usr/bin/python3.12"]


def test_python_too_old_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("admin_portal.embedded.install.sys.version_info", (3, 10, 4))
    monkeypatch.setattr("admin_portal.embedded.install.shutil.which", lambda name: None)

    assert "Python 3.11 or newer is needed, and this is 3.10" in sentence_of("requirements.txt")


def test_script_is_understood_by_an_old_python() -> None:
    # What an old Python can't parse, it can't refuse in words.
    with pytest.raises(SyntaxError):
        ast.parse("(lambda: (x := 1))", feature_version=(3, 6))

    assert ast.parse(SCRIPT.read_text(), feature_version=(3, 6)).body


def test_missing_venv_module_is_one_sentence(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.answers["-m venv"] = (1, "ensurepip is not available")
    monkeypatch.setattr("admin_portal.embedded.install.os.geteuid", lambda: 1000)

    assert "Python's venv module is missing: install it" in sentence_of("requirements.txt")
    assert not any("apt-get" in line for line in commands.run)


def test_root_gets_the_missing_venv_module_from_debian(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.answers["-m venv"] = (1, "ensurepip is not available")
    monkeypatch.setattr("admin_portal.embedded.install.os.geteuid", lambda: 0)
    monkeypatch.setattr(
        "admin_portal.embedded.install.shutil.which", lambda name: f"/usr/bin/{name}"
    )

    sentence_of("requirements.txt")

    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert any(
        f"apt-get install -y --no-install-recommends python{version}-venv" in c
        for c in commands.run
    )


def test_missing_compiler_is_one_sentence(commands: Commands) -> None:
    commands.answers["pip install"] = (1, "error: command 'gcc' failed: No such file\nERROR: x")

    assert "install a compiler" in sentence_of("requirements.txt")
    assert "command 'gcc' failed" in Path(".venv/install.log").read_text()


def test_any_other_failure_is_the_last_thing_pip_says(commands: Commands) -> None:
    commands.answers["pip install"] = (1, "ERROR: first\nnoise\nERROR: No matching distribution")

    assert "ERROR: No matching distribution" in sentence_of("requirements.txt")


def test_folder_that_can_not_be_written_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError(30, "Read-only file system")

    monkeypatch.setattr("admin_portal.embedded.install.os.makedirs", refuse)

    assert "can't be written: Read-only file system." in sentence_of("requirements.txt")


def test_failed_installation_is_tried_again(commands: Commands) -> None:
    commands.answers["pip install"] = (1, "ERROR: no network")
    sentence_of("requirements.txt")
    commands.answers.clear()

    install.main(["requirements.txt"])

    assert install.is_installed("requirements.txt")
