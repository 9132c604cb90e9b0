"""Work list, search, page 10,000 and case page, beside plain SQL in a view and Django's admin.

    ./doorstep manage shell -c "from benchmarks import pages; pages.run()"

needs a database with seeded cases (`./doorstep manage seed --cases 1000000`).
"""

from django.db import connection, transaction
from django.test import Client, override_settings

from benchmarks.side_by_side import measure, table
from cases.models import Case
from people.models import User
from timeline.chain import record


def run(rounds: int = 40) -> None:
    """Measure and print; leaves a case with a thousand events and two users behind."""
    with override_settings(
        ROOT_URLCONF="benchmarks.floors", ALLOWED_HOSTS=["*"], SECURE_SSL_REDIRECT=False
    ):
        _run(rounds)


def _run(rounds: int) -> None:
    seeded = Case.objects.filter(reference__startswith="SD-2026-")
    team = seeded.order_by("-pk").first().team
    clerk, _made = User.objects.get_or_create(
        username="benchmark", defaults={"role": "supervisor", "team": team}
    )
    chief, _made = User.objects.get_or_create(
        username="benchmark-admin", defaults={"role": "administrator"}
    )
    desk, admin = Client(), Client()
    desk.force_login(clerk)
    admin.force_login(chief)
    with connection.cursor() as cursor:
        cursor.execute("select reltuples::bigint from pg_class where relname = 'cases_case'")
        size = cursor.fetchone()[0]
    name = "王芳"
    deep = seeded.filter(team=team).order_by("pk")[1000].pk

    def get(client: Client, url: str) -> object:
        answer = client.get(url)
        assert answer.status_code == 200, (url, answer.status_code)
        return answer

    table(
        f"Work list, about {size:,} cases",
        measure(
            {
                "floor: SQL in a signed-in view": lambda: get(desk, "/floor/list/"),
                "work list, first page": lambda: get(desk, "/?view=all"),
                "work list, what waits": lambda: get(desk, "/?view=waiting"),
                "work list, a page near the end": lambda: get(desk, f"/?view=all&after={deep}"),
                "Django admin, first page": lambda: get(admin, "/administration/cases/case/"),
            },
            rounds=rounds,
        ),
        "floor: SQL in a signed-in view",
    )
    table(
        "Search for two Chinese characters",
        measure(
            {
                "floor: SQL in a signed-in view": lambda: get(desk, f"/floor/search/?q={name}"),
                "search page": lambda: get(desk, f"/?view=all&q={name}"),
                "Django admin's search": lambda: get(
                    admin, f"/administration/cases/case/?q={name}"
                ),
            },
            rounds=max(5, rounds // 4),
        ),
        "floor: SQL in a signed-in view",
    )
    case = _with_thousand_events(seeded.filter(team=team).order_by("-pk")[1])
    table(
        "Case page, 1,000 events",
        measure(
            {
                "floor: SQL in a signed-in view": lambda: get(
                    desk, f"/floor/case/{case.reference}/"
                ),
                "case page, newest fifty": lambda: get(desk, f"/cases/{case.reference}/"),
                "Django admin, the case's form": lambda: get(
                    admin, f"/administration/cases/case/{case.pk}/change/"
                ),
            },
            rounds=rounds,
        ),
        "floor: SQL in a signed-in view",
    )


def _with_thousand_events(case: Case) -> Case:
    by = User.objects.system()
    with transaction.atomic():
        for number in range(case.event_count, 1000):
            event = record(
                case=case, kind="contact.logged", by=by, at=case.opened_at,
                data={"channel": "phone", "result": "no_answer", "n": number},
            )  # fmt: skip
            case.event_count, case.head = event.number, event.digest
        case.save(update_fields=["event_count", "head"])
    return case
