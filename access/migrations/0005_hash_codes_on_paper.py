from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import migrations

from access.paper_codes import as_kept


def hash_what_is_left(apps, schema):
    """Codes that are on paper already go on being good; the seed that gave them goes."""
    for row in apps.get_model("mfa", "Authenticator").objects.filter(type="recovery_codes"):
        row.data = as_kept(RecoveryCodes(row).get_unused_codes())
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_let_refused_looks_only_be_counted_up"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]
    operations = [migrations.RunPython(hash_what_is_left, migrations.RunPython.noop)]
