"""The database knows which step may follow which; nothing can jump past the actions."""

from django.db import migrations

GUARD = """
create function cases_case_step_is_lawful() returns trigger language plpgsql as $$
begin
    if (old.state, new.state) not in (
        ('preparation', 'notice'),
        ('preparation', 'agreement'),
        ('notice', 'credential_display'),
        ('notice', 'agreement'),
        ('notice', 'preparation'),
        ('credential_display', 'on_site_talk'),
        ('credential_display', 'preparation'),
        ('on_site_talk', 'agreement'),
        ('on_site_talk', 'preparation'),
        ('agreement', 'follow_up'),
        ('agreement', 'preparation'),
        ('follow_up', 'agreement'),
        ('follow_up', 'preparation'),
        ('closure', 'follow_up'),
        ('preparation', 'closure'),
        ('notice', 'closure'),
        ('credential_display', 'closure'),
        ('on_site_talk', 'closure'),
        ('agreement', 'closure'),
        ('follow_up', 'closure')
    ) then
        raise exception 'a case cannot go from % to %', old.state, new.state
            using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger cases_case_step_is_lawful
    before update of state on cases_case
    for each row when (old.state is distinct from new.state)
    execute function cases_case_step_is_lawful();
"""
UNGUARD = """
drop trigger cases_case_step_is_lawful on cases_case;
drop function cases_case_step_is_lawful();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_tie_the_apps")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
