"""A steady load of verifications, visits and changes, and an account of each answer."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from api_keys.contract import Environment, generate_key
from tests.cluster.cluster import Cluster
from tests.cluster.visitor import Reply, Visitor

CHANNEL = "/marketing/amazon-sales-channel/"
CHANNEL_TEXT = "Sell products in the Amazon marketplace"
SECONDS_BETWEEN_CHECKS = 0.05
"""By one program. There are two, so that no key comes near its limit."""
SECONDS_BETWEEN_VISITS = 0.1
RARE = {"change", "new key", "deleted key"}
"""Kinds whose next turn may be long in coming, whoever is able to answer by then."""
IN_MEMORY = 3.0
"""Seconds for which uses are only in memory: USAGE_FLUSH_SECONDS, and the time to write them."""
MAKE_KEYS = """
import json
from datetime import timedelta
from django.utils import timezone
from admin_portal.actors import NOBODY
from api_keys.commerce_account import issuing, members
from api_keys.contract import Environment
company = members.create_company({company!r}, by=NOBODY)
ends = dict.fromkeys(["good", "sandbox", "revoked", "stored"])
ends["expired"] = timezone.now() - timedelta(seconds=1)
keys = {{}}
for name, expires_at in ends.items():
    environment = Environment.SANDBOX if name == "sandbox" else Environment.PRODUCTION
    keys[name] = issuing.issue_key(company, environment, name, by=NOBODY, expires_at=expires_at)
said = {{name: issuing.read_key(key) for name, key in keys.items()}}
issuing.revoke_key(keys["revoked"], by=NOBODY)
print(json.dumps(said))
"""


@dataclass(frozen=True)
class Expected:
    """The only answer that is right: a status, and what its text has in it."""

    status: int
    text: str = ""

    def is_met_by(self, reply: Reply) -> bool:
        return reply.status == self.status and self.text in reply.text


@dataclass(frozen=True)
class Sample:
    kind: str
    reply: Reply
    is_right: bool

    @property
    def is_wrong(self) -> bool:
        """Tell whether it is an answer, and another one than it had to be."""
        return not self.reply.is_failure and not self.is_right


@dataclass
class Load:
    """What was asked and answered. Filled by threads while `running_load` lasts."""

    cluster: Cluster
    company: str
    keys: dict[str, str]
    samples: list[Sample] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)
    killed: list[float] = field(default_factory=list)
    """When nodes were killed."""
    over: threading.Event = field(default_factory=threading.Event)

    def note(self, kind: str, reply: Reply, expected: Expected) -> bool:
        self.samples.append(Sample(kind, reply, expected.is_met_by(reply)))
        return expected.is_met_by(reply)

    @property
    def failed(self) -> list[Sample]:
        return [sample for sample in self.samples if sample.reply.is_failure]

    @property
    def wrong(self) -> list[Sample]:
        return [sample for sample in self.samples if sample.is_wrong]

    @property
    def slowest(self) -> float:
        return max(sample.reply.ended - sample.reply.began for sample in self.samples)

    def statuses_of_failed(self) -> dict[int, int]:
        return dict(Counter(sample.reply.status for sample in self.failed))

    def count(self, kind: str) -> tuple[int, int]:
        """Return how many of a kind were answered, and how many were not."""
        of_kind = [sample.reply.is_failure for sample in self.samples if sample.kind == kind]
        return of_kind.count(False), of_kind.count(True)

    def lost(self, kind: str) -> int:
        """Return how many uses of a kind may be lost with what killed nodes had in memory."""
        return sum(
            sample.kind == kind and at - IN_MEMORY < sample.reply.ended < at + 1
            for sample in self.samples
            for at in self.killed
        )

    def longest_failing(self) -> float:
        """Return for how many seconds a kind failed without one good answer, at most."""
        since: dict[str, float] = {}
        longest = 0.0
        steady = [sample for sample in self.samples if sample.kind not in RARE]
        for sample in sorted(steady, key=lambda sample: sample.reply.ended):
            if sample.reply.is_failure:
                since.setdefault(sample.kind, sample.reply.began)
            elif sample.kind in since:
                longest = max(longest, sample.reply.ended - since.pop(sample.kind))
        ended = max(sample.reply.ended for sample in steady)
        return max([longest, *(ended - start for start in since.values())])


def prepare_load(cluster: Cluster, company: str) -> Load:
    """Issue a key of each kind to a new company, and have the Admin hold a good one."""
    said = cluster.manage("account", "shell", "-v0", "-c", MAKE_KEYS.format(company=company))
    keys: dict[str, str] = json.loads(said)
    cluster.manage("admin", "store_api_key", given=f"{keys['stored']}\n")
    return Load(cluster, company, keys)


Work = Callable[[Load], Iterator[None]]
"""What somebody does, step by step, with a pause after each."""


@contextmanager
def running_load(load: Load, other: Work) -> Iterator[None]:
    """Have people and programs at work until the block ends, and one `other` beside them."""
    at_once = [(verifications, SECONDS_BETWEEN_CHECKS), (visits, SECONDS_BETWEEN_VISITS)] * 2
    works = [*at_once, (other, SECONDS_BETWEEN_VISITS)]
    begun = [(begin(work(load)), pause) for work, pause in works]
    threads = [threading.Thread(target=go_on, args=(load, *each)) for each in begun]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        load.over.set()
        for thread in threads:
            thread.join()
    for error in load.errors:
        raise error


def begin(steps: Iterator[None]) -> Iterator[None]:
    """Take the first step, with all that comes before it, such as signing in."""
    next(steps)
    return steps


def go_on(load: Load, steps: Iterator[None], pause: float) -> None:
    try:
        for _step in steps:
            if load.over.wait(pause):
                return
    except BaseException as error:
        load.errors.append(error)


def verifications(load: Load) -> Iterator[None]:
    """Ask for each verdict in turn."""
    program = Visitor(load.cluster, some_address())
    expected = {
        "good": Expected(200, '"valid"'),
        "revoked": Expected(401, '"revoked"'),
        "expired": Expected(401, '"expired"'),
        "sandbox": Expected(403, '"wrong_environment"'),
    }

    while True:
        for kind, answer in expected.items():
            load.note(kind, program.check(load.keys[kind]), answer)
            yield
        # Each from an address of its own, as guessers are limited by it.
        guesser = Visitor(load.cluster, some_address())
        key = generate_key(Environment.PRODUCTION)
        load.note("unknown", guesser.check(key), Expected(401, '"invalid"'))
        guesser.session.close()
        yield


def visits(load: Load) -> Iterator[None]:
    """Open pages of both sites: signed in, behind the gate, and by a session that was ended."""
    admin, account, out = (Visitor(load.cluster, some_address()) for _each in range(3))
    admin.sign_in(load.cluster.admin, "admin", load.cluster.password)
    account.create_account(f"{time.monotonic_ns()}@example.com", "a long enough pass phrase")
    out.sign_in(load.cluster.admin, "admin", load.cluster.password)
    cookies = out.session.cookies.copy()
    leave = f"{load.cluster.admin}/sign-out/"
    assert out.fill_in(out.get(load.cluster.admin).text, leave).status == 302
    out.session.cookies = cookies
    at = load.cluster.admin
    while True:
        load.note("channel", admin.get(at + CHANNEL), Expected(200, CHANNEL_TEXT))
        yield
        load.note("page", admin.get(f"{at}/"), Expected(200, "Dashboard"))
        yield
        load.note("signed out", out.get(at + CHANNEL), Expected(302))
        yield
        sessions = f"{load.cluster.account}/my-account/sessions/"
        load.note("account", account.get(sessions), Expected(200, "Sessions"))
        yield


def some_address() -> str:
    return f"127.{random.randint(1, 254)}.{random.randint(0, 254)}.{random.randint(1, 254)}"  # noqa: S311
