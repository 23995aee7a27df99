"""Work that is done while another service prepares its answer.

A visit that asks one waits for it anyway. What its page needs whatever the answer is, is done then.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from django.http import HttpRequest
from django.utils.safestring import SafeString

Result = TypeVar("Result")
Render = Callable[[HttpRequest], SafeString]

_READY = "_parts_ready"
_parts: dict[str, Render] = {}


class Meanwhile(Generic[Result]):
    """Does its work once: when it is told to begin, or at the latest when it is asked."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._future: Future[Result] = Future()

    def begin(self) -> None:
        """Do the work, if nobody has yet. What it raises is for whoever asks for the result."""
        if self._future.done():
            return
        try:
            self._future.set_result(self._work())
        except Exception as error:  # whatever it is, `result` raises it again
            self._future.set_exception(error)

    def result(self) -> Result:
        self.begin()
        return self._future.result()


def part_of_every_page(render: Render) -> Render:
    """Have what renders a part of every page give what was rendered ahead, if it was."""
    name = f"{render.__module__}.{render.__qualname__}"
    _parts[name] = render

    @functools.wraps(render)
    def part(request: HttpRequest) -> SafeString:
        ready: dict[str, SafeString] = vars(request).get(_READY, {})
        return ready[name] if name in ready else render(request)

    return part


def render_ahead(request: HttpRequest) -> None:
    """Render all that every page has around its content."""
    vars(request)[_READY] = {name: render(request) for name, render in _parts.items()}


def render_anew(request: HttpRequest) -> None:
    """Forget what was rendered ahead: something of it may have changed since."""
    vars(request).pop(_READY, None)
