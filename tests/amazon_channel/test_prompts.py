from amazon_channel.prompts import PROMPTS, Page
from api_keys.contract import Verdict


def test_every_verdict_has_a_prompt() -> None:
    assert set(PROMPTS) == set(Verdict)


def test_only_a_valid_key_opens_the_channel() -> None:
    opening = {verdict for verdict, prompt in PROMPTS.items() if prompt.page is Page.CHANNEL}

    assert opening == {Verdict.VALID}


def test_only_an_outage_is_unavailable() -> None:
    unavailable = {v for v, prompt in PROMPTS.items() if prompt.page is Page.UNAVAILABLE}

    assert unavailable == {Verdict.UNAVAILABLE}


def test_every_trouble_has_words_of_its_own() -> None:
    troubles = [prompt for prompt in PROMPTS.values() if prompt.page is not Page.CHANNEL]

    assert len({str(prompt.heading) for prompt in troubles}) == len(troubles)
    assert len({str(prompt.why) for prompt in troubles}) == len(troubles)
    assert all(prompt.heading and prompt.why for prompt in troubles)
