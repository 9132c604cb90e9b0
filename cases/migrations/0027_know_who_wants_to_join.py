"""Know somebody who wants to join the debt."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0026_let_a_mandate_allow_cash"),
        ("documents", "0011_let_what_is_deleted_lose_its_bytes"),
        ("people", "0012_say_why_credentials_are_revoked"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="party",
            name="party_role_known",
        ),
        migrations.AlterField(
            model_name="party",
            name="role",
            field=models.CharField(
                choices=[
                    ("co_debtor", "Co-debtor"),
                    ("guarantor", "Guarantor"),
                    ("spouse", "Spouse"),
                    ("heir", "Heir to the estate"),
                    ("estate_administrator", "Estate administrator"),
                    ("legal_guardian", "Legal guardian"),
                    ("joining", "Wants to join the debt"),
                    ("contact", "Contact person"),
                    ("third_party", "Employer, neighbour or committee"),
                ],
                max_length=20,
                verbose_name="role",
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "co_debtor",
                            "guarantor",
                            "spouse",
                            "heir",
                            "estate_administrator",
                            "legal_guardian",
                            "joining",
                            "contact",
                            "third_party",
                        ],
                    )
                ),
                name="party_role_known",
            ),
        ),
    ]
