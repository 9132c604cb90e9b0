from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0009_know_wecom"),
        ("rulebook", "0003_list_a_what_if_in_order"),
    ]

    operations = [
        migrations.AddField(
            model_name="packversion",
            name="creditors",
            field=models.ManyToManyField(
                blank=True,
                related_name="+",
                to="people.organisation",
                verbose_name="for these creditors",
            ),
        ),
    ]
