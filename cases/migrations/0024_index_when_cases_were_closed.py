from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0023_find_cases_by_contract_and_debtor"),
        ("people", "0012_say_why_credentials_are_revoked"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="claimpaper",
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
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False)),
                fields=["closed_at", "id"],
                name="case_by_closing",
            ),
        ),
    ]
