"""Somebody who issues, deletes and stores keys all the time, and trusts what they are told."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

from api_keys.contract import Environment, fingerprint, generate_key
from tests.cluster.cluster import NODES
from tests.cluster.load import Expected, Load, some_address
from tests.cluster.visitor import Reply, Visitor, form_to

CONFIGURATION = "/stores/configuration/services/magento-services/"
PASSWORD = "a long enough pass phrase"
THROUGH_NGINX = {"X-Forwarded-Proto": "https"}


@dataclass
class Changes:
    """What was said to be done. `unsure`: sent, but no answer came."""

    load: Load
    created: list[str] = field(default_factory=list)
    """Descriptions of keys."""
    issued: dict[str, str] = field(default_factory=dict)
    """Those of them that were also shown, by the number in their address."""
    deleted: list[str] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)
    """Fingerprints, in the order in which they were stored."""
    unsure: int = 0
    misled: list[str] = field(default_factory=list)
    """Nodes that refused a key before its deletion, or took it after that was confirmed."""
    noticed_by_all: int = 0
    """Deletions before which every node took the key, and after which every node refused it."""

    def __post_init__(self) -> None:
        cluster = self.load.cluster
        self.member = Visitor(cluster, some_address())
        self.member.create_account(f"{uuid4()}@example.com", PASSWORD)
        self.administrator = Visitor(cluster, some_address())
        self.administrator.sign_in(cluster.admin, "admin", cluster.password)
        portal = self._get(self.member, f"{cluster.account}/my-account/api-portal/")
        self.portal = cluster.account + portal.headers["Location"]

    def work(self, load: Load) -> Iterator[None]:
        while True:
            number = self.issue()
            yield
            if number:
                self.delete_on_all_nodes(number)
            yield
            self.store()
            yield

    def issue(self) -> str:
        """Issue a key; return the number in its address, or nothing where that went wrong."""
        description = f"Key {uuid4()}"
        page = self._get(self.member, self.portal)
        if page.is_failure:
            return ""
        fields = form_to(self.portal, page.text)
        fields |= {"description": description, "expires": "never"}
        if not self._post(self.member, self.portal, fields):
            return ""
        self.created.append(description)
        listed = self._get(self.member, self.portal)
        if listed.is_failure:
            return ""
        (number,) = re.findall(rf"keys/(\d+)/\"><strong><bdi>{description}<", listed.text)
        reveal = f"{self.portal}keys/{number}/reveal/"
        shown = self.member.ask(
            "POST",
            reveal,
            headers={"Referer": reveal, "Accept": "text/plain"},
            fields={"csrfmiddlewaretoken": fields["csrfmiddlewaretoken"]},
        )
        self.load.note("change", shown, Expected(200, "ck_production_"))
        if shown.is_failure:
            return ""
        self.issued[number] = shown.text
        answer = self.member.check(shown.text)
        self.load.note("new key", answer, Expected(200, '"valid"'))
        return str(number)

    def delete_on_all_nodes(self, number: str) -> None:
        """Delete a key, and hear of each node itself that it took the key, and refuses it now."""
        before = self.nodes_that_answer(number, 200)
        if self.delete(number):
            after = self.nodes_that_answer(number, 401)
            self.noticed_by_all += before == after == NODES

    def nodes_that_answer(self, number: str, expected: int) -> int:
        """Ask each node about a key. Return how many answered: some may be away just now."""
        nodes = self.load.cluster.nodes["account"]
        asked = Visitor(self.load.cluster)
        replies = {
            node.name: asked.check(
                self.issued[number], f"http://127.0.0.1:{node.port}", THROUGH_NGINX
            )
            for node in nodes
        }
        answers = {name: reply.status for name, reply in replies.items() if not reply.is_failure}
        self.misled += [name for name, status in answers.items() if status != expected]
        return len(answers)

    def delete(self, number: str) -> bool:
        url = f"{self.portal}keys/{number}/delete/"
        page = self._get(self.member, url)
        if page.is_failure or not self._post(self.member, url, form_to(url, page.text)):
            return False
        self.deleted.append(number)
        answer = self.member.check(self.issued[number])
        self.load.note("deleted key", answer, Expected(401, '"revoked"'))
        return True

    def store(self) -> None:
        """Store a key of the environment that the channel does not work with."""
        key = generate_key(Environment.SANDBOX)
        url = self.load.cluster.admin + CONFIGURATION
        page = self._get(self.administrator, url)
        if page.is_failure:
            return
        if self.stored and not self.unsure:
            assert self.stored[-1] in page.text, "the key stored last is gone"
        fields = form_to(url, page.text) | {"sandbox_api_key": key}
        if self._post(self.administrator, url, fields):
            self.stored.append(fingerprint(key))

    def _get(self, who: Visitor, url: str) -> Reply:
        reply = who.get(url)
        self.load.note("change", reply, Expected(reply.status if reply.status < 400 else 200))
        return reply

    def _post(self, who: Visitor, url: str, fields: dict[str, str]) -> bool:
        """Send a form. Returns whether it was said to be done: all these then lead elsewhere."""
        reply = who.ask("POST", url, headers={"Referer": url}, fields=fields)
        self.unsure += reply.is_failure
        return self.load.note("change", reply, Expected(302))
