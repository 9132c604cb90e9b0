"""One narrow way for the retention engine: a document may lose its file and its name, and nothing else may happen.

The timeline of its case has to name it beforehand, with the certificate that the row then bears, in an event of the
kind ``records.erased``; so no paper goes without the chain itself saying so.
"""

from django.db import migrations, models

NARROW = """
create or replace function documents_document_is_final() returns trigger language plpgsql as $$
declare
    loses constant text[] := array['file', 'title', 'filename', 'erased_at', 'erased_by', 'erased_under'];
begin
    if old.erased_at is null and new.erased_at is not null
       and new.file = '' and new.title = '' and new.filename = ''
       and to_jsonb(new) - loses = to_jsonb(old) - loses
       and exists (
           select from timeline_event told
           where told.case_id = old.case_id and told.kind = 'records.erased'
           and told.data ->> 'certificate' = new.erased_by
           and told.data -> 'documents' ? old.number
       ) then
        return new;
    end if;
    raise exception 'a document is written once' using errcode = 'insufficient_privilege';
end $$;
drop trigger documents_document_is_final on documents_document;
create trigger documents_document_is_final
    before update of number, file, sha256, size, mime, created_at, created_by_id, case_id, erased_at, erased_by,
        erased_under
    on documents_document
    for each row
    when (old.* is distinct from new.*)
    execute function documents_document_is_final();
"""
FINAL = """
create or replace function documents_document_is_final() returns trigger language plpgsql as $$
begin
    raise exception 'a document is written once' using errcode = 'insufficient_privilege';
end $$;
drop trigger documents_document_is_final on documents_document;
create trigger documents_document_is_final
    before update of number, file, sha256, size, mime, created_at, created_by_id, case_id
    on documents_document
    for each row
    when (old.* is distinct from new.*)
    execute function documents_document_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0010_know_what_was_deleted"),
        ("timeline", "0005_let_what_is_deleted_leave_its_commitment"),
    ]
    operations = [
        migrations.AddField(
            model_name="document",
            name="erased_under",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=120,
                verbose_name="deleted under the rules",
            ),
        ),
        migrations.RunSQL(NARROW, FINAL),
    ]
