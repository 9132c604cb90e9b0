"""What the time of an answer tells: of names at sign-in, links of debtors, and what belongs to another team.

    ./doorstep manage shell -c "from benchmarks import oracles; oracles.run()"

In pairs, of which one or the other comes first by a seed. Tries are counted and links shut by what is asked here; the
counts are taken back between the tries, outside what is timed. Run it on data that are yours to spoil, such as the demo's.
"""

import logging
import math
import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.test import Client, override_settings
from django.urls import reverse

from access.models import Tries
from agreements.models import Agreement
from benchmarks.visit_page import addresses
from cases.models import Case
from common import clock
from notices import links
from notices.models import PortalLink
from people.models import User
from visits.models import CodeTries, Visit

SEED = 20261128
Ask = Callable[[], object]


def run(pairs: int = 2000, sign_ins: int = 300) -> None:
    """Measure and print a table; a password takes a tenth of a second to try, so there are fewer of those."""
    logging.disable(logging.WARNING)  # each refusal would be a line
    links_before = list(PortalLink.objects.values("pk", "expires_at", "wrong_tries", "shut_until"))
    try:
        with override_settings(ALLOWED_HOSTS=["*"], SECURE_SSL_REDIRECT=False):
            print(
                "| told apart | pairs | first ms | second ms | first / second | p |\n"
                "| --- | --- | --- | --- | --- | --- |"
            )
            for name, many, one, other in _oracles(pairs, sign_ins):
                _tell(name, one, other, many)
    finally:
        for row in links_before:
            PortalLink.objects.filter(pk=row.pop("pk")).update(**row)
        _forget()
        logging.disable(logging.NOTSET)


def _oracles(pairs: int, sign_ins: int) -> Iterator[tuple[str, int, Ask, Ask]]:
    officer = User.objects.filter(role="officer", is_active=True).exclude(team=None)[:1].get()
    address, outside = addresses(), Client()  # one, for a new one reads all static files first

    def asks(method: str, url: str, given: dict[str, str] | None = None) -> Ask:
        def ask() -> object:
            outside.cookies.clear()
            return getattr(outside, method)(url, given, REMOTE_ADDR=next(address))

        return ask

    def signs_in(name: str) -> Ask:
        given = {"username": name, "password": "no such word"}
        return asks("post", reverse("people:sign_in"), given)

    yield (
        "sign-in: a name that is and one that is not",
        sign_ins,
        signs_in(officer.username),
        signs_in("x" * len(officer.username)),
    )
    open_link, over = PortalLink.objects.filter(revoked_at=None, purpose="own").order_by("pk")[:2]
    for link, days in ((open_link, 7), (over, -1)):
        until = clock.now() + timedelta(days=days)
        PortalLink.objects.filter(pk=link.pk).update(expires_at=until)
    token, ended = links.token_of(open_link), links.token_of(over)
    never = "A" * len(token)

    def looks(given: str) -> Ask:
        return asks("get", reverse("portal:messages", args=[given]))

    def answers(given: str) -> Ask:
        return asks("post", reverse("portal:messages", args=[given]), {"answer": "0000"})

    yield "link: one that is over and one never given out", pairs, looks(ended), looks(never)
    yield "the same, answered", pairs, answers(ended), answers(never)
    yield (
        "link: an open one wrongly answered and one never given out",
        pairs,
        answers(token),
        answers(never),
    )
    inside = Client()
    inside.force_login(officer)
    cases = Case.objects.exclude(pk__in=Case.objects.visible_to(officer).values("pk"))

    def sees(route: str, key: str) -> Ask:
        url = reverse(route, args=[key])
        return lambda: inside.get(url)

    case = cases.order_by("pk")[:1].get()
    visit = Visit.objects.filter(case__in=cases).order_by("pk")[:1].get()
    agreement = Agreement.objects.filter(case__in=cases).order_by("pk")[:1].get()
    for what, route, key in (
        ("a case", "desk:case", case.reference),
        ("a visit", "visits:visit", visit.reference),
        ("an agreement", "agreements:agreement", agreement.number),
    ):
        yield f"{what} of another team and none", pairs, sees(route, key), sees(route, _gone(key))


def _gone(reference: str) -> str:
    """One of the same look that nothing has."""
    return reference[:-2] + "ZZ"


def _forget() -> None:
    Tries.objects.all().delete()
    CodeTries.objects.all().delete()
    PortalLink.objects.exclude(wrong_tries=0, shut_until=None).update(
        wrong_tries=0, shut_until=None
    )


def _tell(name: str, one: Ask, other: Ask, pairs: int) -> None:
    chosen, asks = random.Random(SEED), (one, other)
    took: tuple[list[float], list[float]] = ([], [])
    for ask in asks * 5:  # what is made once is made before
        ask()
    for pair in range(pairs):
        if pair % 2 == 0:
            _forget()  # so that no limit is met
        for which in chosen.sample((0, 1), 2):
            began = time.perf_counter()
            asks[which]()
            took[which].append((time.perf_counter() - began) * 1000)
    first, second = (statistics.median(found) for found in took)
    print(
        f"| {name} | {pairs:,} | {first:.2f} | {second:.2f} | {first / second:.3f} | {_p(*took):.3f} |"
    )


def _p(first: list[float], second: list[float]) -> float:
    """How often chance alone would part them so far: Mann and Whitney's test, two-sided, by its normal form."""
    n, m = len(first), len(second)
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    u = sum(rank for rank, (_value, of) in enumerate(ranked, 1) if of == 0) - n * (n + 1) / 2
    return math.erfc(abs(u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12) / math.sqrt(2))
