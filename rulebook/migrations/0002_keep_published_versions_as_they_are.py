"""The database itself refuses to change or remove a version that was published."""

from django.db import migrations

GUARD = """
create function rulebook_published_is_final() returns trigger language plpgsql as $$
begin
    raise exception 'a published version of the rules is final' using errcode = 'insufficient_privilege';
end $$;
create trigger rulebook_published_is_final
    before update or delete on rulebook_packversion
    for each row when (old.state = 'published') execute function rulebook_published_is_final();
create trigger rulebook_published_is_never_emptied
    before truncate on rulebook_packversion
    for each statement execute function rulebook_published_is_final();
"""
UNGUARD = """
drop trigger rulebook_published_is_never_emptied on rulebook_packversion;
drop trigger rulebook_published_is_final on rulebook_packversion;
drop function rulebook_published_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [("rulebook", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
