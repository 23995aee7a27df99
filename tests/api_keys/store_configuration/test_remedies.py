"""What Service connection says of each trouble."""

import pytest

from api_keys.contract import Cause, Environment, Verdict
from api_keys.store_configuration.diagnosis import target_of
from api_keys.store_configuration.remedies import (
    CERTIFICATE,
    CLOCK,
    CONNECTING,
    EXCHANGING,
    LOOKING_UP,
    NO_TUNNEL,
    SECURING,
    VERDICTS,
)

STEPS = [LOOKING_UP, CONNECTING, SECURING, EXCHANGING]


def test_every_trouble_has_its_words() -> None:
    assert [set(troubles) for troubles in STEPS] == [set(Cause)] * 4
    assert set(VERDICTS) == set(Verdict) - {Verdict.VALID, Verdict.UNAVAILABLE}


@pytest.mark.django_db
def test_words_name_only_what_is_known() -> None:
    words = target_of(Environment.SANDBOX).words
    troubles = [trouble for step in STEPS for trouble in step.values()]
    troubles += [*CERTIFICATE.values(), *VERDICTS.values(), CLOCK, NO_TUNNEL]

    texts = [text % words for trouble in troubles for text in trouble]

    assert "Check the port in KEY_VALIDATION_URL_SANDBOX, and that the service runs." in texts
    assert "%" not in "".join(texts)
