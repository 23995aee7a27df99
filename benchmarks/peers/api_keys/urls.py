from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from knox.auth import TokenAuthentication as KnoxAuthentication
from rest_framework.authentication import TokenAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_api_key.permissions import HasAPIKey

View = Callable[..., HttpResponse]


class Check(APIView):
    def get(self, request: Request) -> Response:
        return Response({"status": "valid"})


class ApiKey(Check):
    permission_classes = [HasAPIKey]


class AuthToken(Check):
    authentication_classes = [TokenAuthentication]
    permission_classes = [IsAuthenticated]


class Knox(Check):
    authentication_classes = [KnoxAuthentication]
    permission_classes = [IsAuthenticated]


def trivial(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "valid"})


def with_length(view: View) -> View:
    """Say how long the answer is, as CommonMiddleware would: it comes in chunks otherwise."""

    def measured(request: HttpRequest) -> HttpResponse:
        response = view(request)
        if isinstance(response, Response):
            response.render()
        response["Content-Length"] = str(len(response.content))
        return response

    return measured


urlpatterns = [
    path("api-key/", with_length(ApiKey.as_view())),
    path("authtoken/", with_length(AuthToken.as_view())),
    path("knox/", with_length(Knox.as_view())),
    path("trivial/", with_length(trivial)),
]
