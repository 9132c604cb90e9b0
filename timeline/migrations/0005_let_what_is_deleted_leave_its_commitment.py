"""One narrow way for the retention engine: a field may lose its value and salt, and nothing else may happen.

What is taken out has to be named beforehand by a later event of the same chain, of the kind
``records.erased``; so nothing leaves an event without the chain itself saying so.
"""

from django.db import migrations

NARROW = """
create or replace function timeline_event_is_final() returns trigger language plpgsql as $$
declare
    gone text[];
begin
    if tg_op <> 'UPDATE' then
        raise exception 'an event of the timeline is final' using errcode = 'insufficient_privilege';
    end if;
    -- Whatever identifies the event, and all that its digest is taken of, stays as it is.
    if (to_jsonb(new) - 'data' - 'findings' - 'salts')::text
       is distinct from (to_jsonb(old) - 'data' - 'findings' - 'salts')::text
       or old.kind = 'records.erased'
       or new.data is null or new.findings is null or new.salts is null
       or jsonb_typeof(new.data) <> 'object' or jsonb_typeof(new.salts) <> 'object'
       or jsonb_typeof(new.findings) <> 'array' then
        raise exception 'an event of the timeline is final' using errcode = 'insufficient_privilege';
    end if;
    -- What is still there is there as it was written (to jsonb 7 and 7.0 are equal, to a digest they are not):
    -- whole fields only, findings all or none.
    if exists (select from jsonb_each(new.data) f where (old.data -> f.key)::text is distinct from f.value::text)
       or (new.findings::text <> old.findings::text and new.findings <> '[]'::jsonb)
       or exists (select from jsonb_each(new.salts) s where (old.salts -> s.key)::text is distinct from s.value::text) then
        raise exception 'an event of the timeline is final' using errcode = 'insufficient_privilege';
    end if;
    gone := array(
        select 'data.' || key from jsonb_object_keys(old.data) key where not new.data ? key
        union all
        select 'findings.' || n from generate_series(0, jsonb_array_length(old.findings) - 1) n
        where new.findings = '[]'::jsonb
    );
    -- A value goes with its salt, and no salt goes without its value.
    if cardinality(gone) = 0
       or exists (select from unnest(gone) name where new.salts ? name)
       or exists (select from jsonb_object_keys(old.salts) key
                  where not new.salts ? key and key <> all (gone)) then
        raise exception 'an event of the timeline is final' using errcode = 'insufficient_privilege';
    end if;
    if not exists (
        select from timeline_event told
        where told.case_id is not distinct from old.case_id
        and told.number > old.number and told.kind = 'records.erased'
        and told.data -> 'fields' -> old.number::text @> to_jsonb(gone)
    ) then
        raise exception 'nothing leaves an event unless its chain says so before'
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
"""
FINAL = """
create or replace function timeline_event_is_final() returns trigger language plpgsql as $$
begin
    raise exception 'an event of the timeline is final' using errcode = 'insufficient_privilege';
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("timeline", "0004_count_what_was_stopped_before")]
    operations = [migrations.RunSQL(NARROW, FINAL)]
