from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0024_index_when_cases_were_closed"),
        ("documents", "0009_keep_seals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="document",
            name="document_kind_known",
        ),
        migrations.AddField(
            model_name="document",
            name="erased_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="deleted at"),
        ),
        migrations.AddField(
            model_name="document",
            name="erased_by",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=20,
                verbose_name="deleted by certificate",
            ),
        ),
        migrations.AlterField(
            model_name="document",
            name="kind",
            field=models.CharField(
                choices=[
                    ("contract", "Loan contract"),
                    ("disbursement", "Proof of payment-out"),
                    ("statement", "Bank statement"),
                    ("iou", "IOU"),
                    ("assignment", "Assignment of the debt"),
                    ("mandate", "Mandate contract"),
                    ("evidence", "Evidence from a visit"),
                    ("certificate", "Certificate or proof from the debtor"),
                    ("notice", "Visit notice"),
                    ("letter", "Letter"),
                    ("agreement", "Repayment agreement"),
                    ("signature", "Signature"),
                    ("receipt", "Receipt"),
                    ("settlement", "Settlement certificate"),
                    ("return_receipt", "Receipt for returned papers"),
                    ("custody_receipt", "Receipt for an original taken in"),
                    ("release", "Letter of release"),
                    ("data_certificate", "Certificate on the agency's data"),
                    ("closure_report", "Closure report"),
                    ("visit_slip", "Slip of a visit"),
                    ("deletion", "Deletion certificate"),
                    ("timeline", "Timeline export"),
                    ("other", "Other paper"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "contract",
                            "disbursement",
                            "statement",
                            "iou",
                            "assignment",
                            "mandate",
                            "evidence",
                            "certificate",
                            "notice",
                            "letter",
                            "agreement",
                            "signature",
                            "receipt",
                            "settlement",
                            "return_receipt",
                            "custody_receipt",
                            "release",
                            "data_certificate",
                            "closure_report",
                            "visit_slip",
                            "deletion",
                            "timeline",
                            "other",
                        ],
                    )
                ),
                name="document_kind_known",
            ),
        ),
    ]
