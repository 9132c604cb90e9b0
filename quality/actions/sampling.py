"""A sample of a month's closed visits, drawn by a seed: all with exceptions, then by chance, weighted by risk."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case
from common.clock import HOUSE_ZONE, day_begins, local_day
from people.models import User
from people.rights import may
from quality.chance import digest_of, drawn
from quality.models import Sample, SampleLine
from quality.signs import WEIGHTS, closed_in, signs_of, weight_of, with_signs
from timeline.chain import record
from visits.models import Visit
from workflow.numbering import next_number
from workflow.steps import RightRefused, WrongInput, once

DRAW = "draw_sample"
NUMBER_LOCK = 7_300_035  # advisory lock number: one drawer of samples at a time
ONE_IN = 5
"""Of so many visits one is looked into by two people."""
OVERRIDE = "override"


def draw(*, month: date, size: int, seed: int, by: User, at: datetime) -> Sample:
    """Draw so many of the visits that ended in that month, as far as this person sees them.

    All that went ahead by an exception are in, even where there are more of them; the rest is drawn by chance.
    What it was drawn from is kept as a digest, so that a later drawing can be held against it. Raises ``WrongInput``.
    """
    if not may(by, DRAW):
        raise RightRefused(by, DRAW)
    first = month.replace(day=1)
    begins, ends = day_begins(first, HOUSE_ZONE), day_begins(_next_month(first), HOUSE_ZONE)
    if ends > at:
        raise WrongInput(_("This month is not over yet."), "month")
    seen = Visit.objects.filter(case__in=Case.objects.visible_to(by))
    with transaction.atomic(durable=True):
        once(by, at)
        found = {one.reference: one for one in with_signs(closed_in(seen, begins, ends))}
        if not found:
            raise WrongInput(_("No visit ended in this month."), "month")
        signs = {name: signs_of(visit) for name, visit in found.items()}
        overridden = sorted(name for name, shown in signs.items() if OVERRIDE in shown)
        others = {n: weight_of(shown) for n, shown in signs.items() if n not in set(overridden)}
        chosen = [*overridden, *drawn(others, max(0, size - len(overridden)), seed)]
        twice = set(drawn(dict.fromkeys(chosen, 1), -(-len(chosen) // ONE_IN), seed + 1))
        sample = Sample(
            number=next_number(
                Sample.objects.all(), "P", on=local_day(at, HOUSE_ZONE), lock=NUMBER_LOCK
            ),
            month=first, team=None if by.sees_every_team else by.team, size=size, seed=seed,
            weights=WEIGHTS, population=len(found), drawn_at=at, drawn_by=by,
            population_sha256=digest_of(
                f"{name} {','.join(shown)}" for name, shown in signs.items()
            ),
        )  # fmt: skip
        sample.save(force_insert=True)
        SampleLine.objects.bulk_create(
            SampleLine(
                sample=sample, place=place, visit=found[name], case_id=found[name].case_id,
                drawn=SampleLine.Drawn.OVERRIDE if name in overridden else SampleLine.Drawn.RANDOM,
                signs=signs[name], weight=weight_of(signs[name]), twice=name in twice,
            )
            for place, name in enumerate(chosen, 1)
        )  # fmt: skip
        record(
            case=None, kind="quality.drawn", by=by, at=at,
            data={
                "sample": sample.number, "month": f"{first:%Y-%m}", "size": size, "seed": seed,
                "population": sample.population, "population_sha256": sample.population_sha256,
                "visits": chosen,
            },
        )  # fmt: skip
    return sample


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
