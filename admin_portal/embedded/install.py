"""Make .venv and install what the named requirements files pin, unless that is done already.

    python3 admin_portal/embedded/install.py requirements.txt [...]

It runs before anything is installed, on whatever Python 3 is there, so it keeps to old syntax and
to the standard library. Whatever stands in the way ends in one sentence.
"""

import hashlib
import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")
VENV = ".venv"
VENV_PYTHON = os.path.join(VENV, "bin", "python")
COMPILER_MISSING = (
    "gcc",
    "cc' failed",
    "Failed building wheel",
    "failed-wheel-build",
    "Failed to build",
)


def main(names: "list[str]") -> None:
    use_new_python()
    missing = [name for name in names if not is_installed(name)]
    if not missing:
        return
    if not is_made():
        make_venv()
    print("Installing %s: this happens once." % ", ".join(missing), flush=True)
    for name in missing:
        install(name)


def use_new_python() -> None:
    if sys.version_info >= OLDEST:
        return
    for name in NEWER:
        found = shutil.which(name)
        if found:
            os.execv(found, [found] + sys.argv)
    sys.exit(
        "Python 3.11 or newer is needed, and this is %d.%d: install a newer one."
        % sys.version_info[:2]
    )


def is_installed(name: str) -> bool:
    try:
        with open(stamp_of(name)) as stamp:
            return stamp.read() == state_of(name)
    except OSError:
        return False


def stamp_of(name: str) -> str:
    return os.path.join(VENV, "installed-" + name)


def state_of(name: str) -> str:
    """Return what an installation depends on: the pinned versions, and which Python it is for."""
    with open(name, "rb") as requirements:
        digest = hashlib.sha256(requirements.read()).hexdigest()
    return "%s %d.%d" % ((digest,) + sys.version_info[:2])


def is_made() -> bool:
    """Tell whether the environment is whole and made with this Python."""
    version = "import pip, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        seen = subprocess.check_output([VENV_PYTHON, "-c", version], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return False
    return seen.decode().strip() == "%d.%d" % sys.version_info[:2]


def make_venv() -> None:
    try:
        os.makedirs(VENV, exist_ok=True)
        with open(os.path.join(VENV, "writable"), "w"):
            pass
    except OSError as error:
        sys.exit("%s can't be written: %s." % (os.path.abspath("."), error.strerror))
    if run([sys.executable, "-m", "venv", "--clear", VENV])[0] == 0:
        return
    package = "python%d.%d-venv" % sys.version_info[:2]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Debian's %s: this happens once." % package, flush=True)
        run(["apt-get", "update"])
        run(["apt-get", "install", "-y", "--no-install-recommends", package])
        if run([sys.executable, "-m", "venv", "--clear", VENV])[0] == 0:
            return
    sys.exit(
        "Python's venv module is missing: install it (on Debian: apt-get install %s)." % package
    )


def install(name: str) -> None:
    pip = [VENV_PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    code, output = run(pip + ["--require-hashes", "-r", name])
    if code == 0:
        with open(stamp_of(name), "w") as stamp:
            stamp.write(state_of(name))
        return
    log = os.path.join(VENV, "install.log")
    with open(log, "w") as file:
        file.write(output)
    if any(sign in output for sign in COMPILER_MISSING):
        sys.exit(
            "A package has no ready build for this machine and none could be made: install a"
            " compiler (on Debian: apt-get install build-essential python3-dev). %s has more." % log
        )
    errors = [line for line in output.splitlines() if line.startswith("ERROR")]
    sys.exit("Packages could not be installed: %s (%s has more)" % ((errors or ["?"])[-1], log))


def run(command: "list[str]") -> "tuple[int, str]":
    """Run a command; return its exit code and everything it said."""
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
    )
    output = process.communicate()[0].decode("utf-8", "replace")
    return process.returncode, output


if __name__ == "__main__":
    main(sys.argv[1:])
