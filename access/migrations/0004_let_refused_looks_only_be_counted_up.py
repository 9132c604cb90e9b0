"""The database itself refuses to remove a refused look, or to change anything of it but a rising count."""

from django.db import migrations

GUARD = """
create function refused_look_is_only_counted_up() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new.count > old.count and new.last_at >= old.last_at
        and (new.id, new.who_id, new.minute, new.status, new.route, new.path, new.first_at)
          = (old.id, old.who_id, old.minute, old.status, old.route, old.path, old.first_at)
    then
        return new;
    end if;
    raise exception 'a refused look is final' using errcode = 'insufficient_privilege';
end $$;
create trigger refused_look_is_only_counted_up
    before update or delete on access_refusedlook
    for each row execute function refused_look_is_only_counted_up();
"""
UNGUARD = """
drop trigger refused_look_is_only_counted_up on access_refusedlook;
drop function refused_look_is_only_counted_up();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0003_keep_refused_looks")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
