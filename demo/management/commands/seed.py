"""Make many synthetic cases fast, to see how the pages bear them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from people.models import Organisation, Team, User

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂文辉玲建国华海燕"

# One statement a table: the server makes the rows, nothing travels. Digests are those that
# timeline.chain would give, so a seeded chain verifies like any other.
PEOPLE = """
insert into people_person (
    id, name, name_en, id_number, born_on, language, zone, country, region, locality, employer)
select %(first)s + n,
       substr(%(surnames)s, 1 + n %% 20, 1) || substr(%(given)s, 1 + (n / 20) %% 32, 1)
           || case when n %% 3 = 0 then '' else substr(%(given)s, 1 + (n * 7) %% 32, 1) end,
       'Seed ' || n, '', null, 'zh', 'Asia/Shanghai', '', '', '', ''
from generate_series(1, %(count)s) n
"""
CASES = """
with seeded as (
    select n, p.id as person_id, p.name, p.name_en,
           (array['preparation','preparation','preparation','notice','notice','credential_display',
                  'on_site_talk','agreement','follow_up','closure'])[1 + n %% 10] as state,
           (%(teams)s::bigint[])[1 + n %% %(team_count)s] as team_id,
           1000 + (n * 37) %% 90000 as principal,
           '2026-01-01'::timestamptz + (n %% 200) * interval '1 day' as opened_at
    from generate_series(1, %(count)s) n join people_person p on p.id = %(first)s + n
), told as (
    select *, md5(n::text) as salt,
           encode(sha256(convert_to(md5(n::text) || '|data.seed|' || n, 'UTF8')), 'hex') as commitment,
           to_char(opened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') || '+00:00' as stamp
    from seeded
), chained as (
    select *, encode(sha256(convert_to(
        '["",1,"case.seeded","' || stamp || '","' || stamp || '",' || %(user)s || ',"' || %(user_name)s
        || '",{"data.seed":"' || commitment || '"}]', 'UTF8')), 'hex') as digest
    from told
), cases as (
    insert into cases_case (
        id, reference, external_reference, state, version, creditor_id, agency_id, mandate_id,
        team_id, officer_id, debtor_id, debtor_name, packs, currency, principal, interest, fees,
        overdue_since, strategy, proposed_plan, opened_at, closed_at, closed_as, step_dates,
        next_due_at, held_until, refused_until, event_count, head, grams)
    select %(first)s + n, 'SD-2026-' || n, 'seed-' || n, state, 0, %(creditor)s, null, null,
           team_id, null, person_id, name, '{story}', 'CNY', principal, 0, 0,
           (opened_at - interval '90 days')::date, '', '', opened_at,
           case when state = 'closure' then opened_at + interval '60 days' end,
           case when state = 'closure' then 'settled' else '' end,
           jsonb_build_object('preparation', stamp),
           case when n %% 4 = 0 and state <> 'closure' then opened_at + interval '30 days' end,
           null, null, 1, digest,
           array(select distinct piece from (
               select substr(lower(replace(t, ' ', '')), i, w) as piece
               from unnest(array[name, name_en]) t,
                    generate_series(1, length(replace(t, ' ', ''))) i, generate_series(1, 2) w
               where i + w - 1 <= length(replace(t, ' ', ''))
               union all select n::text) pieces order by piece)
    from chained returning id
)
insert into timeline_event (case_id, number, kind, occurred_at, recorded_at, actor_id, actor_name,
                            data, findings, salts, commitments, previous, digest)
select %(first)s + n, 1, 'case.seeded', opened_at, opened_at, %(user)s, %(user_name)s,
       jsonb_build_object('seed', n), '[]', jsonb_build_object('data.seed', salt),
       jsonb_build_object('data.seed', commitment), '', digest
from chained
"""
DEBTS = """
insert into cases_debt (case_id, kind, contract_number, contract_on, principal, interest, fees,
                        stated_on, due_on, limitation_ends_on)
select id, 'consumer_loan', 'SD-' || id, '2024-01-10', principal, 0, 0, opened_at::date,
       overdue_since, overdue_since + interval '3 years'
from cases_case where id > %(first)s and id <= %(first)s + %(count)s
"""
LEDGER = """
insert into cases_ledgerentry (case_id, component, kind, amount, booked_on, recorded_at)
select id, 'principal', 'opening', principal, opened_at::date, opened_at
from cases_case where id > %(first)s and id <= %(first)s + %(count)s
"""


class Command(BaseCommand):
    """`manage.py seed --cases N`."""

    help = "Make N synthetic cases (they carry the reference SD-2026-…)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many."""
        parser.add_argument("--cases", type=int, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them in one transaction, then let the planner know."""
        count = options["cases"]
        if not 0 < count <= 5_000_000:
            raise CommandError("Give a number of cases from 1 to 5,000,000.")
        creditor, _made = Organisation.objects.get_or_create(
            slug="seed",
            defaults={
                "kind": "creditor",
                "creditor_type": "bank",
                "name": "Seed",
                "packs": ["story"],
            },
        )
        teams = [
            Team.objects.get_or_create(organisation=creditor, name=f"Seed {n}")[0].pk
            for n in range(1, 21)
        ]
        system = User.objects.system()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local statement_timeout = 0")
            cursor.execute("set local synchronous_commit = off")
            cursor.execute("lock table people_person, cases_case in exclusive mode")
            cursor.execute(
                "select greatest((select coalesce(max(id), 0) from people_person),"
                " (select coalesce(max(id), 0) from cases_case))"
            )
            first = cursor.fetchone()[0]
            cursor.execute("select count(*) from cases_case where reference like 'SD-2026-%%'")
            if cursor.fetchone()[0]:
                raise CommandError("There are seeded cases already; seed an empty database.")
            given = {
                "first": first,
                "count": count,
                "surnames": SURNAMES,
                "given": GIVEN,
                "creditor": creditor.pk,
                "teams": teams,
                "team_count": len(teams),
                "user": system.pk,
                "user_name": str(system),
            }
            for statement in (PEOPLE, CASES, DEBTS, LEDGER):
                cursor.execute(statement, given)
            for table in ("people_person", "cases_case"):
                cursor.execute(
                    f"select setval(pg_get_serial_sequence('{table}', 'id'), max(id)) from {table}"  # noqa: S608
                )
        with connection.cursor() as cursor:
            cursor.execute("set statement_timeout = 0")
            cursor.execute("analyze")
        self.stdout.write(f"{count:,} cases seeded.")
