"""What a document is, and its digest, cannot be changed once it was taken in."""

from django.db import migrations

GUARD = """
create function documents_document_is_final() returns trigger language plpgsql as $$
begin
    raise exception 'a document is written once' using errcode = 'insufficient_privilege';
end $$;
create trigger documents_document_is_final
    before update of number, file, sha256, size, mime, created_at, created_by_id, case_id
    on documents_document
    for each row
    when (old.* is distinct from new.*)
    execute function documents_document_is_final();
"""
UNGUARD = """
drop trigger documents_document_is_final on documents_document;
drop function documents_document_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_tie_the_apps")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
