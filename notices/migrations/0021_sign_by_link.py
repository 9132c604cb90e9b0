"""Keep one-time codes, and links under which something is signed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0015_sign_by_link"),
        ("cases", "0024_index_when_cases_were_closed"),
        ("documents", "0010_know_what_was_deleted"),
        ("notices", "0020_write_signed_heads"),
        ("people", "0012_say_why_credentials_are_revoked"),
        ("visits", "0011_tell_in_every_language_why_evidence_is_apart"),
    ]

    operations = [
        migrations.CreateModel(
            name="OneTimeCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("nonce", models.CharField(max_length=32)),
                ("mark", models.CharField(max_length=64)),
                ("channel", models.CharField(max_length=16, verbose_name="by")),
                ("shown_to", models.CharField(max_length=80, verbose_name="to")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                ("expires_at", models.DateTimeField(verbose_name="good until")),
                ("wrong_tries", models.PositiveSmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="entered at")),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="notice",
            name="notice_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="portallink",
            name="portal_link_purpose_known",
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("visit_notice", "Visit notice"),
                    ("visit_cancelled", "Visit cancelled"),
                    ("reminder_before", "Reminder before the due day"),
                    ("reminder_due", "Reminder on the due day"),
                    ("reminder_after", "Reminder after the due day"),
                    ("agreement_copy", "Copy of the agreement"),
                    ("payment_receipt", "Receipt for a payment"),
                    ("settlement", "Settlement certificate"),
                    ("letter", "Message"),
                    ("visit_slip", "Slip of a visit"),
                    ("portal_bell", "Word of a message"),
                    ("one_time_code", "One-time code"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="portallink",
            name="purpose",
            field=models.CharField(
                choices=[("messages", "Read the messages"), ("sign", "Read and sign")],
                max_length=16,
                verbose_name="purpose",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "visit_notice",
                            "visit_cancelled",
                            "visit_slip",
                            "reminder_before",
                            "reminder_due",
                            "reminder_after",
                            "agreement_copy",
                            "payment_receipt",
                            "settlement",
                            "letter",
                            "portal_bell",
                            "one_time_code",
                        ],
                    )
                ),
                name="notice_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="portallink",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ["messages", "sign"])),
                name="portal_link_purpose_known",
            ),
        ),
        migrations.AddField(
            model_name="onetimecode",
            name="link",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="codes",
                to="notices.portallink",
            ),
        ),
    ]
