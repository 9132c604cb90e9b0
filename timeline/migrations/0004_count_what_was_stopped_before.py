"""What the rules stopped before there was a count is counted too."""

from django.db import migrations

COUNT = """
insert into timeline_stop (event_id, case_id, pack, rule, at)
select distinct e.id, e.case_id, coalesce(f->>'pack', ''), f->>'rule', e.occurred_at
from timeline_event e cross join lateral jsonb_array_elements(e.findings) f
where e.kind = 'policy.refused' and f->>'severity' like 'block%' and not f ? 'excepted'
on conflict do nothing
"""


class Migration(migrations.Migration):
    dependencies = [("timeline", "0003_count_what_rules_stop")]
    operations = [migrations.RunSQL(COUNT, migrations.RunSQL.noop)]
