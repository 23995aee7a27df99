"""Fixed parts of templates are rendered once; nothing else is kept."""

import threading
from collections.abc import Mapping
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.template import Context, Engine, NodeList
from django.template.base import Template
from django.test import Client, override_settings
from django.utils.translation import override

from admin_portal import folding
from admin_portal.folding import FixedNode
from tests.conftest import without_tokens

CONFIGURATION_URL = "/stores/configuration/services/magento-services/"


def folded(text: str, **others: str) -> Template:
    return engine_with({"page.html": text, **others}).get_template("page.html")


def engine_with(texts: dict[str, str]) -> Engine:
    loader = ("admin_portal.folding.Loader", [("django.template.loaders.locmem.Loader", texts)])
    libraries = {name: f"django.templatetags.{name}" for name in ("i18n", "static")}
    return Engine(
        loaders=[loader],
        libraries={**libraries, "heroicons": "heroicons.templatetags.heroicons"},
    )


def fixed_nodes(template: Template) -> list[FixedNode]:
    return [node for node in template.nodelist if isinstance(node, FixedNode)]


def show(template: Template, **values: object) -> str:
    return template.render(Context(values))


def test_neighbours_become_one_node() -> None:
    template = folded(
        "{% load heroicons i18n static %}<a href=\"{% url 'dashboard' %}\">{% translate 'Search' %}"
        '{% heroicon_micro "clock" %}</a><img src="{% static \'img/mark.svg\' %}">'
    )

    assert [type(node) for node in template.nodelist] == [FixedNode]
    assert show(template).startswith('<a href="/">Search<svg')
    assert show(template) == show(template)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{% translate word %}", ("Search", "Stores")),
        ("{% translate 'Search' as found %}{{ found }}{{ word }}", ("Search", "Stores")),
        ("{% blocktranslate %}Hello {{ word }}{% endblocktranslate %}", ("Ada", "Bea")),
        ("{% blocktranslate with w=word %}Hello {{ w }}{% endblocktranslate %}", ("Ada", "Bea")),
        ("{% url 'help' word %}", ("dashboard", "search")),
        ("{% url word %}", ("dashboard", "search")),
        ("{% static word %}", ("css/admin.css", "css/log.css")),
        ("{% heroicon_micro word %}", ("clock", "key")),
        ("{% heroicon_micro 'clock' class=word %}", ("soft", "hard")),
    ],
)
def test_what_depends_on_the_page_is_not_kept(text: str, words: tuple[str, str]) -> None:
    template = folded("{% load heroicons i18n static %}" + text)

    first, second = (show(template, word=word) for word in words)

    assert first != second


def test_template_that_two_threads_ask_for_first_is_folded_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    foldings: list[NodeList] = []

    def slowly(nodes: NodeList) -> None:
        foldings.append(nodes)
        begun.set()
        go_on.wait(10)

    monkeypatch.setattr(folding, "fold", slowly)
    engine = engine_with({"page.html": "text"})
    first, second = (Thread(target=engine.get_template, args=["page.html"]) for _ in range(2))
    first.start()
    begun.wait(10)
    second.start()
    second.join(0.2)  # it would be through by then
    is_waiting = second.is_alive()
    go_on.set()
    first.join()
    second.join()

    assert is_waiting
    assert len(foldings) == 1


def test_each_language_has_its_own() -> None:
    template = folded("{% load i18n %}<b>{% translate 'Search' %}</b>")

    with override("ja"):
        japanese = show(template)
    english = show(template)

    assert english == "<b>Search</b>"
    assert japanese == "<b>検索</b>"


def test_parts_within_conditions_loops_and_blocks_are_fixed_too() -> None:
    template = folded(
        "{% extends 'base.html' %}{% load i18n %}{% block body %}{% for each in many %}"
        "{% if each %}{% translate 'Yes' %}{% else %}{% translate 'No' %}{% endif %}"
        "{% endfor %}{{ block.super }}{% endblock %}",
        **{"base.html": "{% load i18n %}<p>{% block body %}{% translate 'or' %}{% endblock %}</p>"},
    )

    assert show(template, many=[1, 0, 1]) == "<p>YesNoYesor</p>"
    assert show(template, many=[0]) == "<p>Noor</p>"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_pages_are_the_same_as_without_folding(
    administrator: User, stored_key: str, language: str
) -> None:
    paths = ["/", CONFIGURATION_URL, "/system/permissions/users/", "/help/dashboard/", "/none/"]
    client = Client(headers={"accept-language": language})
    client.force_login(administrator)
    client.get("/")
    plain = without_folding(settings.TEMPLATES[0])

    with override_settings(TEMPLATES=[plain]):
        expected = [without_tokens(client.get(path).text) for path in paths]
        assert fixed_nodes(Engine.get_default().get_template("_skeleton.html")) == []
    found = [[without_tokens(client.get(path).text) for path in paths] for _again in range(2)]

    assert found == [expected, expected]


def without_folding(templates: Mapping[str, Any]) -> dict[str, Any]:
    ((_folding, loaders),) = templates["OPTIONS"]["loaders"]
    cached = [("django.template.loaders.cached.Loader", loaders)]
    return {**templates, "OPTIONS": {**templates["OPTIONS"], "loaders": cached}}


def test_menu_is_each_persons_own_and_follows_their_role_at_once(administrator: User) -> None:
    superuser, limited = Client(), Client()
    superuser.force_login(administrator)
    eve = User.objects.create_user("eve")
    eve.user_permissions.add(Permission.objects.get(codename="view_dashboard"))
    limited.force_login(eve)

    before = [superuser.get("/").text, limited.get("/").text, superuser.get("/").text]
    eve.user_permissions.add(Permission.objects.get(codename="view_storedkey"))
    granted = limited.get("/").text
    eve.user_permissions.remove(Permission.objects.get(codename="view_storedkey"))
    taken = limited.get("/").text

    assert [CONFIGURATION_URL in page for page in before] == [True, False, True]
    assert CONFIGURATION_URL in granted
    assert CONFIGURATION_URL not in taken


def test_menu_is_in_each_persons_language(administrator: User) -> None:
    client = Client()
    client.force_login(administrator)

    pages = [client.get("/", headers={"accept-language": code}).text for code in ("en", "ja", "en")]

    assert ["Magento Services" in page and "Stores" in page for page in pages] == [
        True,
        False,
        True,
    ]
