"""Exceptions that were asked for before evidence had a kind rest on "other"."""

from django.db import migrations

NAME = """
update workflow_approval set evidence_kind = 'other'
where kind = 'exception' and evidence_kind = '' and evidence_id is not null
"""


class Migration(migrations.Migration):
    dependencies = [("workflow", "0002_type_the_evidence")]
    operations = [migrations.RunSQL(NAME, migrations.RunSQL.noop)]
