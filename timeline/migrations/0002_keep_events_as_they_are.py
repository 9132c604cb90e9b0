"""The database itself refuses to change or remove an event."""

from django.db import migrations

GUARD = """
create function timeline_event_is_final() returns trigger language plpgsql as $$
begin
    raise exception 'an event of the timeline is final' using errcode = 'insufficient_privilege';
end $$;
create trigger timeline_event_is_final
    before update or delete on timeline_event
    for each row execute function timeline_event_is_final();
create trigger timeline_event_is_never_emptied
    before truncate on timeline_event
    for each statement execute function timeline_event_is_final();
"""
UNGUARD = """
drop trigger timeline_event_is_never_emptied on timeline_event;
drop trigger timeline_event_is_final on timeline_event;
drop function timeline_event_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [("timeline", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
