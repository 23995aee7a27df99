import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from api_keys.contract import (
    STATUS,
    Answer,
    Environment,
    Verdict,
    answer_body,
    environment_in,
    fingerprint,
    generate_key,
    has_good_checksum,
    last_four,
    read_answer,
)

JSON = "application/json"


@pytest.mark.parametrize("environment", Environment)
def test_generated_key_names_its_environment_and_is_whole(environment: Environment) -> None:
    key = generate_key(environment)

    assert environment_in(key) is environment
    assert has_good_checksum(key)
    assert key.isascii()
    assert len(key) < 64


def test_generated_keys_differ() -> None:
    keys = {generate_key(Environment.PRODUCTION) for _ in range(10_000)}

    assert len(keys) == 10_000


def test_every_character_of_a_key_comes_from_the_system_generator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("api_keys.contract.secrets.choice", lambda alphabet: "7")

    assert generate_key(Environment.SANDBOX).startswith("ck_sandbox_" + "7" * 32)


@pytest.mark.parametrize("length", range(len("ck_production_"), 52))
def test_key_cut_off_anywhere_fails_its_checksum(length: int) -> None:
    key = generate_key(Environment.PRODUCTION)

    assert not has_good_checksum(key[:length])


@given(st.integers(min_value=14, max_value=51), st.sampled_from("abcXYZ019"))
def test_mistyped_key_fails_its_checksum(position: int, letter: str) -> None:
    key = generate_key(Environment.PRODUCTION)
    mistyped = key[:position] + letter + key[position + 1 :]

    assert has_good_checksum(mistyped) == (mistyped == key)


def test_keys_of_other_issuers_have_no_environment_and_no_checksum() -> None:
    assert environment_in("3f6c1c9e5d2b4a7f") is None
    assert not has_good_checksum("3f6c1c9e5d2b4a7f")


def test_fingerprint_is_short_stable_and_shows_nothing_of_the_key() -> None:
    assert fingerprint("a key for all times") == "7047-9b82-e228"


def test_last_four_are_kept_back_where_they_would_be_much_of_the_secret() -> None:
    assert last_four("0123456789abcdef") == "cdef"
    assert last_four("0123456789abcde") == ""


@pytest.mark.parametrize("verdict", STATUS)
def test_what_the_service_says_is_what_the_client_reads(verdict: Verdict) -> None:
    said = Answer(
        verdict,
        Environment.SANDBOX,
        "6ae0-b1d5-df4c",
        datetime(2031, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
    )

    read = read_answer(STATUS[verdict], JSON, json.dumps(answer_body(said)).encode())

    assert read == said


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(200, Verdict.VALID), (401, Verdict.INVALID), (403, Verdict.WRONG_ENVIRONMENT)],
)
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("", b""),
        (JSON, b""),
        ("text/plain", b"whatever"),
        (JSON, b'{"message": "Forbidden"}'),
    ],
)
def test_old_service_is_understood_by_its_status_alone(
    status: int, verdict: Verdict, content_type: str, body: bytes
) -> None:
    assert read_answer(status, content_type, body) == Answer(verdict)


@pytest.mark.parametrize("status", [100, 201, 204, 301, 302, 400, 404, 418, 429, 500, 502, 503])
def test_any_other_status_is_unavailable(status: int) -> None:
    answer = read_answer(status, JSON, b'{"reason": "valid"}')

    assert answer.verdict is Verdict.UNAVAILABLE
    assert str(status) in answer.detail


@pytest.mark.parametrize("status", [200, 401, 403])
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html; charset=utf-8", b"Sign in to the hotel's network"),
        ("", b"  <!doctype html>"),
        (JSON, b"{"),
        (JSON, b"\xff\xfe"),
        (JSON, b"[" * 100_000),
        (JSON, b'["valid"]'),
        (JSON, b'"valid"'),
        (JSON, b'{"reason": "splendid"}'),
        (JSON, b'{"reason": null}'),
        (JSON, b'{"reason": "unavailable"}'),
        (JSON, b'{"reason": "missing"}'),
        (JSON, b'{"reason": "revoked", "environment": "moon"}'),
        (JSON, b'{"reason": "expired", "expires_at": "tomorrow"}'),
        (JSON, b'{"reason": "expired", "expires_at": "2026-01-01T00:00:00"}'),
        (JSON, b'{"reason": "expired", "expires_at": "0001-01-01T00:00:00+14:00"}'),
    ],
)
def test_body_out_of_the_protocol_is_unavailable_and_never_a_bad_key(
    status: int, content_type: str, body: bytes
) -> None:
    answer = read_answer(status, content_type, body)

    assert answer.verdict is Verdict.UNAVAILABLE
    assert answer.cause


@pytest.mark.parametrize("verdict", STATUS)
@pytest.mark.parametrize("status", [200, 401, 403])
def test_reason_that_contradicts_the_status_is_unavailable(status: int, verdict: Verdict) -> None:
    body = json.dumps({"reason": verdict}).encode()

    answer = read_answer(status, JSON, body)

    assert (answer.verdict is verdict) == (STATUS[verdict] == status)
    assert answer.verdict in (verdict, Verdict.UNAVAILABLE)


@given(st.integers(100, 599), st.text(max_size=40), st.binary(max_size=200))
def test_no_answer_makes_reading_raise(status: int, content_type: str, body: bytes) -> None:
    assert isinstance(read_answer(status, content_type, body), Answer)


@given(
    st.dictionaries(
        st.sampled_from(["reason", "environment", "fingerprint", "expires_at"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.integers()),
    )
)
def test_no_member_makes_reading_raise(members: dict[str, object]) -> None:
    answer = read_answer(401, JSON, json.dumps(members).encode())

    assert answer.verdict is not Verdict.VALID
