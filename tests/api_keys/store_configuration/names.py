"""Host names that lead wherever a test wants, at the edge: the system's resolver."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

Leading = list[str] | Callable[[], list[str]]
Answer = list[tuple[Any, ...]]


class Names:
    """Stands in for the system's resolver. Addresses, and names it wasn't told, go on to it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.looked_up: list[str] = []
        self._told: dict[str, list[Leading]] = {}
        self._real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self._answer)

    def lead(self, name: str, *answers: Leading) -> None:
        """Give the addresses of each look-up in turn, or what computes them; the last stays."""
        self._told[name] = list(answers)

    def _answer(self, name: str, port: int, *rest: Any) -> Answer:
        self.looked_up.append(name)
        answers = self._told.get(name)
        if answers is None:
            return list(self._real(name, port, *rest))
        answer = answers[0] if len(answers) == 1 else answers.pop(0)
        addresses = answer() if callable(answer) else answer
        return [found for address in addresses for found in self._real(address, port, *rest)]
