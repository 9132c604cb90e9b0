"""Law firms, and lawyers who release what goes out under their name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("people", "0010_keep_the_proof_of_a_source"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="organisation",
            name="organisation_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="user",
            name="user_role_known",
        ),
        migrations.AlterField(
            model_name="organisation",
            name="kind",
            field=models.CharField(
                choices=[("creditor", "Creditor"), ("agency", "Agency"), ("law_firm", "Law firm")],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="role",
            field=models.CharField(
                choices=[
                    ("clerk", "Clerk"),
                    ("officer", "Field officer"),
                    ("supervisor", "Supervisor"),
                    ("compliance", "Compliance"),
                    ("administrator", "Administrator"),
                    ("counsel", "Lawyer"),
                    ("system", "System"),
                ],
                default="clerk",
                max_length=20,
                verbose_name="role",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["creditor", "agency", "law_firm"])),
                name="organisation_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "clerk",
                            "officer",
                            "supervisor",
                            "compliance",
                            "administrator",
                            "counsel",
                            "system",
                        ],
                    )
                ),
                name="user_role_known",
            ),
        ),
    ]
