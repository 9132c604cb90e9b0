"""What a library would put into the administration and nobody should change there.

A second factor is reset by two people and on the record, never deleted from a list.
"""

import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin
import allauth.usersessions.admin  # noqa: F401  first, so that they are there to be taken away
from django.apps import apps
from django.contrib import admin

for _label in ("account", "mfa", "socialaccount", "usersessions"):
    for _model in apps.get_app_config(_label).get_models():
        if admin.site.is_registered(_model):
            admin.site.unregister(_model)
