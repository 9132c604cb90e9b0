"""Words of an event lie sealed; the database lets them be sealed, and sealed anew, by whoever owns the table and by nobody else."""

from importlib import import_module

import django.core.serializers.json
from django.db import migrations

import common.sealed_words
from common.resealing_words import SealWords

BEFORE = import_module("timeline.migrations.0005_let_what_is_deleted_leave_its_commitment").NARROW
HERE = "    -- Whatever identifies the event"
ANOTHER_WAY = """    -- Sealing: values change their form, none goes and none comes. What was said is held by the commitments.
    if current_setting('doorstep.resealing', true) = 'on'
       and (select r.rolname from pg_class c join pg_roles r on r.oid = c.relowner where c.oid = tg_relid) = current_user
       and (to_jsonb(new) - 'data')::text is not distinct from (to_jsonb(old) - 'data')::text
       and jsonb_typeof(new.data) = 'object'
       and not exists (select from jsonb_object_keys(old.data) key where not new.data ? key)
       and not exists (select from jsonb_object_keys(new.data) key where not old.data ? key)
       and not exists (
           select from jsonb_each(new.data) f
           where (old.data -> f.key)::text is distinct from f.value::text
           and (jsonb_typeof(f.value) <> 'object' or not f.value ? '~')
           and (jsonb_typeof(old.data -> f.key) <> 'object' or not old.data -> f.key ? '~')
       ) then
        return new;
    end if;
"""


class Migration(migrations.Migration):
    atomic = False  # each batch stands by itself; what is stopped goes on where it was

    dependencies = [("timeline", "0006_anchor_heads")]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="data",
            field=common.sealed_words.SealedWordsField(
                default=dict,
                encoder=django.core.serializers.json.DjangoJSONEncoder,
                verbose_name="details",
            ),
        ),
        migrations.RunSQL(BEFORE.replace(HERE, ANOTHER_WAY + HERE), BEFORE),
        SealWords(
            "timeline_event", "data",
            plain={
                "notice.suppressed": ("says", "why"),
                "records.erased": ("certificate", "documents", "fields"),
            },
        ),
    ]  # fmt: skip
