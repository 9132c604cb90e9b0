"""The database itself refuses to change the words of a version, or one that was decided on, or to remove any."""

from django.db import migrations

GUARD = """
create function notices_words_are_final() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' or old.state <> 'proposed'
        or (new.wording, new.channel, new.language, new.number, new.subject, new.body, new.digest)
        is distinct from
        (old.wording, old.channel, old.language, old.number, old.subject, old.body, old.digest)
    then
        raise exception 'the words of a version are final' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger notices_words_are_final
    before update or delete on notices_messageversion
    for each row execute function notices_words_are_final();
create trigger notices_words_are_never_emptied
    before truncate on notices_messageversion
    for each statement execute function notices_words_are_final();
"""
UNGUARD = """
drop trigger notices_words_are_never_emptied on notices_messageversion;
drop trigger notices_words_are_final on notices_messageversion;
drop function notices_words_are_final();
"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0005_keep_our_words")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
