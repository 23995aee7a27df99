"""A test client whose requests come in as the server hands them in."""

from collections.abc import Iterable
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler

from api_keys.commerce_account.gateway import with_gateway


class GatewayHandler(ClientHandler):
    def __call__(self, environ: dict[str, Any]) -> Any:
        answers: list[Any] = []

        def pages(environ: dict[str, Any], _start_response: Any) -> Iterable[bytes]:
            answers.append(super(GatewayHandler, self).__call__(environ))
            return []

        def start_response(status: str, headers: list[tuple[str, str]]) -> None:
            answers.append(HttpResponse(status=int(status[:3]), headers=dict(headers)))

        body = b"".join(with_gateway(pages)(environ, start_response))
        (answer,) = answers
        if body:
            answer.content = body
        if not hasattr(answer, "wsgi_request"):
            answer.wsgi_request = WSGIRequest(environ)
        return answer


class GatewayClient(Client):
    def __init__(self, **defaults: Any) -> None:
        super().__init__(**defaults)
        self.handler = GatewayHandler(enforce_csrf_checks=False)
