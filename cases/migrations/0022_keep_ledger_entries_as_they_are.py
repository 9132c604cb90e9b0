"""The database itself refuses to change or remove an entry of the ledger."""

from django.db import migrations

GUARD = """
create function cases_ledgerentry_is_final() returns trigger language plpgsql as $$
begin
    raise exception 'an entry of the ledger is final' using errcode = 'insufficient_privilege';
end $$;
create trigger cases_ledgerentry_is_final
    before update or delete on cases_ledgerentry
    for each row execute function cases_ledgerentry_is_final();
"""
UNGUARD = """
drop trigger cases_ledgerentry_is_final on cases_ledgerentry;
drop function cases_ledgerentry_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0021_keep_a_dated_ledger")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
