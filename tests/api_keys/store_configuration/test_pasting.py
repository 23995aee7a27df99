import pytest
from hypothesis import given, strategies as st

from api_keys.contract import Environment, generate_key
from api_keys.store_configuration.pasting import problem_with, without_surroundings

PRODUCTION = Environment.PRODUCTION


@pytest.mark.parametrize(
    "pasted",
    [
        " the-key ",
        "the-key\r\n",
        "\t\n'the-key'\n",
        '"the-key"',
        "“the-key”",
        "`the-key`",
        "\ufeffthe-key\u200b",
        "\u00a0\u2060the-key\u3000",
        ' "the-key" ',
    ],
)
def test_what_came_along_with_a_paste_is_removed(pasted: str) -> None:
    assert without_surroundings(pasted) == "the-key"


@given(st.text())
def test_cleaning_twice_is_like_cleaning_once(pasted: str) -> None:
    once = without_surroundings(pasted)

    assert without_surroundings(once) == once


@given(st.sampled_from(Environment))
def test_whole_key_of_the_environment_has_no_problem(environment: Environment) -> None:
    assert problem_with(generate_key(environment), environment) == ""


@pytest.mark.parametrize("key", ["x", "3f6c1c9e-5d2b", "a" * 512, "sk_live_4eC39HqLyjW", "a*b"])
def test_keys_of_other_issuers_are_fine(key: str) -> None:
    assert problem_with(key, PRODUCTION) == ""


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("••••••••", "masked"),
        ("********", "masked"),
        ("ck_production_…7f3a", "masked"),
        ("...7f3a", "masked"),
        ("a" * 513, "longer"),
        ("two words", "no spaces"),
        ("line\nbreak", "no spaces"),
        ("null\0byte", "no spaces"),
        ("schlüssel", "no spaces"),
        ("key\u202eyek", "no spaces"),
        ("🔑🔑🔑", "no spaces"),
        ("ck_production_abc", "cut off"),
        pytest.param(generate_key(Environment.PRODUCTION)[:-1], "cut off", id="cut off"),
        pytest.param(generate_key(Environment.SANDBOX), "belongs in Sandbox Api Key", id="sandbox"),
    ],
)
def test_what_can_be_no_key_is_refused_with_the_reason(key: str, problem: str) -> None:
    assert problem in problem_with(key, PRODUCTION)
