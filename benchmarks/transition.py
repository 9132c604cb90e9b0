"""One transition with lock, chain and event, beside the same in hand-written SQL.

./doorstep manage shell -c "from benchmarks import transition; transition.run()"
"""

import hashlib
import itertools
import json
from datetime import date, datetime, time

from django.db import connection, transaction

from benchmarks.side_by_side import measure, table
from cases.models import Case
from cases.policy import asks
from common import clock
from common.clock import from_local, local_day
from compliance.circumstances import HOUSE_PAPERS
from compliance.facts import PaperFacts
from people.models import User
from workflow.steps import Step, carry_out


def run(rounds: int = 200) -> None:
    """Move seeded cases from preparation to notice, in turns by SQL and by ``carry_out``."""
    by, zone = User.objects.system(), "Asia/Shanghai"
    at = from_local(datetime.combine(local_day(clock.now(), zone), time(10)), zone)
    found = list(
        Case.objects.filter(reference__startswith="SD-2026-", state="preparation")
        .select_related("debtor", "creditor", "team")
        .order_by("pk")[: 3 * (rounds + 10)]
    )
    # Seeded cases carry one small pack; they are to be asked of the statutes too.
    Case.objects.filter(pk__in=[case.pk for case in found]).update(packs=["cn", "story"])
    waiting = iter(found)
    numbers = itertools.count(1)
    papers = tuple(PaperFacts(kind, date(2021, 6, 1)) for kind in HOUSE_PAPERS)

    def by_sql() -> None:
        case = next(waiting)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "select event_count, head from cases_case where id = %s for update", [case.pk]
            )
            count, head = cursor.fetchone()
            data = json.dumps({"step": "notice"})
            digest = hashlib.sha256((head + data).encode()).hexdigest()
            cursor.execute(
                "insert into timeline_event (case_id, number, kind, occurred_at, recorded_at, actor_id,"
                " actor_name, data, findings, salts, commitments, previous, digest)"
                " values (%s, %s, 'case.notice_served', %s, %s, %s, 'x', %s, '[]', '{}', '{}', %s, %s)",
                [case.pk, count + 1, at, at, by.pk, data, head, digest],
            )
            cursor.execute(
                "update cases_case set state = 'notice', version = version + 1, event_count = %s,"
                " head = %s where id = %s",
                [count + 1, digest, case.pk],
            )

    def step(policy: object = None) -> Step:
        return Step(
            subject=next(waiting), event="case.notice_served", transition="serve_notice",
            args={"at": at}, policy=policy, data={"n": next(numbers)},
        )  # fmt: skip

    def by_carry_out() -> None:
        carry_out(step(), by=by, at=at)

    def with_rules() -> None:
        policy = asks(
            "contact.log", channel="letter", contact_sources=("contract",), house_papers=papers
        )
        carry_out(step(policy), by=by, at=at)

    table(
        "One state change with its event",
        measure(
            {
                "floor: hand-written SQL": by_sql,
                "carry_out": by_carry_out,
                "carry_out, rules asked and kept": with_rules,
            },
            rounds=rounds,
        ),
        "floor: hand-written SQL",
    )
