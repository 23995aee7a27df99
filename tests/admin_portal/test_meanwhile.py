"""Work that is done ahead, while a visit waits for another service."""

import pytest
from django.http import HttpRequest
from django.utils.safestring import SafeString

from admin_portal import meanwhile
from admin_portal.meanwhile import Meanwhile, part_of_every_page, render_ahead, render_anew

pytestmark = pytest.mark.any_database


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The users for whom the one part of every page was rendered."""
    monkeypatch.setattr(meanwhile, "_parts", {})
    return []


def request_of(user: str) -> HttpRequest:
    request = HttpRequest()
    request.META["USER"] = user
    return request


def part_that_tells(rendered: list[str]) -> meanwhile.Render:
    @part_of_every_page
    def part(request: HttpRequest) -> SafeString:
        rendered.append(request.META["USER"])
        return SafeString(request.META["USER"])

    return part


def test_work_is_done_once() -> None:
    done: list[int] = []

    def count() -> int:
        done.append(1)
        return len(done)

    work = Meanwhile(count)

    work.begin()
    work.begin()

    assert [work.result(), work.result()] == [1, 1]


def test_work_that_nobody_began_is_done_for_who_asks() -> None:
    assert Meanwhile(lambda: 7).result() == 7


def test_error_is_for_who_asks() -> None:
    def fail() -> None:
        raise LookupError

    work = Meanwhile(fail)
    work.begin()

    with pytest.raises(LookupError):
        work.result()


def test_part_that_was_rendered_ahead_is_not_rendered_again(rendered: list[str]) -> None:
    part, request = part_that_tells(rendered), request_of("alice")

    render_ahead(request)

    assert part(request) == "alice"
    assert rendered == ["alice"]


def test_nobody_gets_what_was_rendered_for_another_request(rendered: list[str]) -> None:
    part = part_that_tells(rendered)

    render_ahead(request_of("alice"))

    assert part(request_of("bob")) == "bob"


def test_part_is_rendered_anew_after_a_change(rendered: list[str]) -> None:
    part, request = part_that_tells(rendered), request_of("alice")

    render_ahead(request)
    render_anew(request)

    assert part(request) == "alice"
    assert rendered == ["alice", "alice"]
