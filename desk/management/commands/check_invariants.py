"""What must always hold, after whatever fault: states, sums, notices, files and chains."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from common import clock
from documents.models import Document
from notices.models import StaffMessage

# Each query lists what should not be: a name and why.
NOT_TO_BE: dict[str, str] = {
    "the state is not what the timeline tells": """
        select reference, state from cases_case c where state <> coalesce((
            select data->>'step' from timeline_event e
            where e.case_id = c.id and data ? 'step' order by number desc limit 1), 'preparation')
        and not exists (select from timeline_event s where s.case_id = c.id and s.kind = 'case.seeded')
    """,
    "the parts of the balance do not tie to the ledger": """
        select c.reference, concat_ws(' ', c.fees, c.interest, c.principal)
        from cases_case c
        left join (select case_id,
                          coalesce(sum(amount) filter (where component = 'fees'), 0) fees,
                          coalesce(sum(amount) filter (where component = 'interest'), 0) interest,
                          coalesce(sum(amount) filter (where component = 'principal'), 0) principal
                   from cases_ledgerentry group by 1) l on l.case_id = c.id
        where (c.fees, c.interest, c.principal)
              is distinct from (coalesce(l.fees, 0), coalesce(l.interest, 0), coalesce(l.principal, 0))
    """,
    "the instalments do not add up to the agreement": """
        select a.number, a.total::text from agreements_agreement a
        join agreements_instalment i on i.agreement_id = a.id
        group by a.id having sum(i.amount) <> a.total
    """,
    "what was paid on an instalment is not what was set off": """
        select a.number, i.number::text from agreements_instalment i
        join agreements_agreement a on a.id = i.agreement_id
        left join (select al.instalment_id, sum(al.amount) amount from agreements_allocation al
                   join agreements_payment p on p.id = al.payment_id
                   where p.reversed_at is null group by 1) s on s.instalment_id = i.id
        where i.live and i.paid <> coalesce(s.amount, 0)
    """,
    "a payment was not booked in full": """
        select p.number, p.amount::text from agreements_payment p
        left join cases_ledgerentry l on l.payment_id = p.id
        group by p.id
        having -coalesce(sum(l.amount), 0) <> case when p.reversed_at is null then p.amount - p.excess else 0 end
    """,
    "a visit is announced and no notice of it exists": """
        select v.reference, v.state from visits_visit v where v.state in ('announced', 'noticed')
        and not exists (select from notices_notice n where n.visit_id = v.id)
    """,
    "the timeline does not tell once of a notice that was sent, and of no other": """
        select 'n' || n.id, n.state || ', told ' || coalesce(e.times, 0) from notices_notice n
        left join (select (data->>'notice')::bigint notice, count(*) times from timeline_event
                   where kind = 'notice.sent' group by 1) e on e.notice = n.id
        where coalesce(e.times, 0) not between
              case when n.state in ('sent', 'delivered') then 1 else 0 end
              and case when n.state in ('sent', 'delivered', 'bounced') then 1 else 0 end
    """,
    "a notice failed or is in doubt and nobody was asked to see to it": """
        select 'n' || n.id, n.state from notices_notice n where n.state in ('failed', 'doubtful')
        and not exists (select from workflow_duty d
                        where d.case_id = n.case_id and d.kind = 'notice.settle:' || n.id)
    """,
    "a refusal stands and a visit is still planned": """
        select c.reference, v.reference from cases_case c
        join cases_refusal r on r.case_id = c.id and r.lifted_at is null
        join visits_visit v on v.case_id = c.id and v.state in ('planned', 'announced', 'noticed')
        where v.planned_at < r.at
    """,
    "a refusal is not counted for the rule that made it": """
        select coalesce(c.reference, '-'), e.number || ' ' || (f->>'rule') from timeline_event e
        cross join lateral jsonb_array_elements(e.findings) f
        left join cases_case c on c.id = e.case_id
        where e.kind = 'policy.refused' and f->>'severity' like 'block%' and not f ? 'excepted'
        and not exists (select from timeline_stop s where s.event_id = e.id and s.rule = f->>'rule')
    """,
}


NO_DOCUMENTS = (
    "bundles/",  # made for a court, and thrown out again by their own rows
    "exports/",  # made to be taken out, and deleted again by their own rows
    "arriving/",  # on their way from a phone
    "rulebook/",  # published rules: their list is signed, and read at every start
)


class Command(BaseCommand):
    """`manage.py check_invariants`."""

    help = "Check states, sums, notices, files and timelines against each other."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what does not hold; end with an error if anything does not."""
        wrong = []
        with connection.cursor() as cursor:
            for why, query in NOT_TO_BE.items():
                cursor.execute(query)
                wrong += [f"{name}: {why} ({what})" for name, what in cursor.fetchall()]
        wrong += self._files() + self._stuck()
        for line in wrong:
            self.stderr.write(line)
        call_command("verify_timeline", stdout=self.stdout, stderr=self.stderr)
        if wrong:
            raise CommandError(f"{len(wrong)} things do not hold.")
        self.stdout.write("Everything holds.")

    def _stuck(self) -> list[str]:
        """Messages to staff that neither wait for their time nor are being sent, and have not ended."""
        return [
            f"m{message.pk}: a message to staff is stuck ({message.state})"
            for message in StaffMessage.objects.stuck_at(clock.now()).order_by("pk")
        ]

    def _files(self) -> list[str]:
        """Rows without their file, and files without a row."""
        root = Path(settings.MEDIA_ROOT)
        kept = set(Document.objects.filter(erased_at=None).values_list("file", flat=True))
        there = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
        there -= {name for name in there if name.startswith(NO_DOCUMENTS)}
        return [f"{name}: the file is missing" for name in sorted(kept - there)] + [
            f"{name}: the file belongs to nothing" for name in sorted(there - kept)
        ]
