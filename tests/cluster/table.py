"""What each fault cost, as a table at the end of the run."""

from tests.cluster.changes import Changes
from tests.cluster.load import Load

LINES: list[str] = []
NOTES: list[str] = []
TITLE = (
    f"{'':<32}{'requests':>9}{'failed':>8}{'wrong':>7}{'longest':>9}{'slowest':>9}{'changes':>9}"
    "  failures by status"
)


def note(sentence: str) -> None:
    """Have something else said below the table."""
    NOTES.append(sentence)


def add_line(fault: str, load: Load, changes: Changes) -> None:
    statuses = ", ".join(
        f"{count} x {status or 'none'}" for status, count in load.statuses_of_failed().items()
    )
    LINES.append(
        f"{fault:<32}{len(load.samples):>9}{len(load.failed):>8}{len(load.wrong):>7}"
        f"{load.longest_failing():>7.1f} s{load.slowest:>7.1f} s"
        f"{len(changes.created) + len(changes.deleted) + len(changes.stored):>9}  {statuses}"
    )
