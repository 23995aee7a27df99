"""Read what a site tells its operators."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from admin_portal.monitoring.metrics import REGISTRY

Sample = tuple[str, tuple[tuple[str, str], ...]]


@contextmanager
def formatted(formatter: logging.Formatter) -> Iterator[list[dict[str, Any]]]:
    """Yield a list that has, after the block, each line that was logged in it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    lines: list[dict[str, Any]] = []
    logging.getLogger().addHandler(handler)
    try:
        yield lines
    finally:
        logging.getLogger().removeHandler(handler)
        lines += [json.loads(line) for line in stream.getvalue().splitlines()]


def samples(text: str | None = None) -> dict[Sample, float]:
    """Return each figure of a scrape, or of this process, by its name and labels."""
    text = generate_latest(REGISTRY).decode() if text is None else text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def sample(name: str, **labels: str) -> Sample:
    return name, tuple(sorted(labels.items()))


class Counted:
    """How much each figure of this process has grown since this was made."""

    def __init__(self) -> None:
        self._before = samples()

    def __call__(self, name: str, **labels: str) -> float:
        which = sample(name, **labels)
        return samples().get(which, 0) - self._before.get(which, 0)
