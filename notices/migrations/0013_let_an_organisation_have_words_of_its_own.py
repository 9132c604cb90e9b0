"""A text may be one organisation's own, and the draft of a lawyer's letter is a text like the others."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARD = """
create or replace function notices_words_are_final() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' or old.state <> 'proposed'
        or (new.wording, new.channel, new.language, new.number, new.subject, new.body, new.digest,
            new.organisation_id, new.falls_back)
        is distinct from
        (old.wording, old.channel, old.language, old.number, old.subject, old.body, old.digest,
            old.organisation_id, old.falls_back)
    then
        raise exception 'the words of a version are final' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
"""
AS_BEFORE = """
create or replace function notices_words_are_final() returns trigger language plpgsql as $$
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
"""


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0012_know_approved_templates"),
        ("people", "0011_know_lawyers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="messageversion",
            name="message_version_one_proposal",
        ),
        migrations.RemoveConstraint(
            model_name="messageversion",
            name="message_version_place_known",
        ),
        migrations.AddField(
            model_name="messageversion",
            name="falls_back",
            field=models.BooleanField(
                default=False, verbose_name="gives the own version up for the house's"
            ),
        ),
        migrations.AddField(
            model_name="messageversion",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.organisation",
                verbose_name="whose text",
            ),
        ),
        migrations.AddConstraint(
            model_name="messageversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "proposed")),
                fields=("wording", "channel", "language", "organisation"),
                name="message_version_one_proposal",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="messageversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("falls_back", False), ("organisation__isnull", False), _connector="OR"
                ),
                name="message_version_falls_back_from_an_own_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="messageversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "channel__in",
                        ["email", "letter", "sms", "wecom", "wechat", "portal", "lawyers_letter"],
                    ),
                    ("language__in", ["zh", "en"]),
                ),
                name="message_version_place_known",
            ),
        ),
        migrations.RunSQL(GUARD, AS_BEFORE),
    ]
