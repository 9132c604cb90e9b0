"""The page of a visit's code: right, wrong, over and withdrawn tries in turns; then ten thousand guesses.

    ./doorstep manage shell -c "from benchmarks import visit_page; visit_page.run()"

needs three visits that are announced (the demo has them). It ends the token of one for as long as it runs and
gives another a new one for good, so run it on data that are yours to spoil.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count

from django.test import Client, override_settings
from django.urls import reverse

from common import clock
from visits import guessing, tokens
from visits.models import CodeTries, Visit, VisitToken

SEED = 20260305
NEVER = "A" * 22


def run(tries: int = 2000, guesses: int = 10_000) -> None:
    """Measure and print."""
    before = dict(VisitToken.objects.values_list("pk", "expires_at"))
    try:
        with override_settings(ALLOWED_HOSTS=["*"], SECURE_SSL_REDIRECT=False):
            _run(tries, guesses)
    finally:
        for pk, expires_at in before.items():
            VisitToken.objects.filter(pk=pk).update(expires_at=expires_at)
        CodeTries.objects.all().delete()


def _run(tries: int, guesses: int) -> None:
    at = clock.now()
    live = Visit.objects.filter(state__in=["announced", "noticed"], ends_at__gt=at).order_by("pk")
    good, over, withdrawn = (tokens.check_of(visit) for visit in live[:3])
    assert good, "announced visits are needed"
    assert over, "a second one, too"
    assert withdrawn, "and a third"
    VisitToken.objects.filter(visit=live[1]).update(expires_at=at - timedelta(days=1))
    tokens.renew(live[2], at)
    names = {"never given out": NEVER, "over": over.token, "withdrawn": withdrawn.token}
    asks: dict[str, Callable[[], object]] = {
        name: lambda token=token: Client().get(reverse("portal:visit", args=[token]))
        for name, token in names.items()
    }
    asks["right"] = lambda: Client().get(good.path)
    _tell("Tokens", asks, tries)

    def entered(code: str) -> Callable[[], object]:
        address = addresses()
        url = reverse("portal:visit_code")

        def ask() -> object:
            CodeTries.objects.all().delete()  # so that no limit is met
            return Client(REMOTE_ADDR=next(address)).post(url, {"code": code})

        return ask

    codes = {"never given out": "000000", "over": over.code, "withdrawn": withdrawn.code}
    _tell("Codes", {name: entered(code) for name, code in codes.items()}, tries // 2)
    CodeTries.objects.all().delete()
    chosen = random.Random(SEED)
    let_in = sum(
        guessing.try_code(
            f"{chosen.randrange(10**6):06d}", "", f"198.51.{n % 250}.{n // 250 % 250}", at
        )
        is not None
        for n in range(guesses)
    )
    held = VisitToken.objects.filter(revoked_at=None, opened_at__lte=at, expires_at__gt=at).count()
    print(
        f"{guesses:,} codes guessed from {min(guesses, 10_000):,} addresses, {held} good: {let_in} let in"
    )


def addresses() -> Iterator[str]:
    """Another reader's address each time, so that none meets the limit of another."""
    return (f"2001:db8:{n // 60000:x}:{n % 60000:x}::1" for n in count())


def _tell(title: str, asks: dict[str, Callable[[], object]], tries: int) -> None:
    """In turns at random; what is compared is the wrong ones among each other."""
    order = [name for name in asks for _n in range(tries // len(asks))]
    random.Random(SEED).shuffle(order)
    took: dict[str, list[float]] = {name: [] for name in asks}
    sizes: dict[str, set[tuple[int, int]]] = {name: set() for name in asks}
    for name in order:
        began = time.perf_counter()
        answer = asks[name]()
        took[name].append((time.perf_counter() - began) * 1000)
        sizes[name].add((answer.status_code, len(answer.content)))  # type: ignore[attr-defined]
    print(f"\n{title}, {len(order):,} tries in turns (seed {SEED})")
    for name, found in took.items():
        cuts = statistics.quantiles(found, n=20)
        print(
            f"  {name:16} n {len(found):4}  median {statistics.median(found):6.2f} ms  p5 {cuts[0]:6.2f}"
            f"  p95 {cuts[-1]:6.2f}  (status, bytes) {sorted(sizes[name])}"
        )
    wrong = [name for name in took if name != "right"]
    for one, other in zip(wrong, wrong[1:] + wrong[:1], strict=True):
        print(f"  {one} against {other}: {_chance(took[one], took[other]):.3f}")


def _chance(first: list[float], second: list[float], rounds: int = 2000) -> float:
    """How often chance alone parts the medians as far (a permutation test): near 0 would tell them apart."""
    chosen, both = random.Random(SEED), first + second
    seen = abs(statistics.median(first) - statistics.median(second))
    wider = 0
    for _round in range(rounds):
        chosen.shuffle(both)
        apart = abs(statistics.median(both[: len(first)]) - statistics.median(both[len(first) :]))
        wider += apart >= seen
    return wider / rounds
