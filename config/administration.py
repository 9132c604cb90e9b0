"""Django's administration on our own site object, and the apps of others by names that people know."""

from axes.apps import AppConfig as Axes
from django.contrib.admin import apps
from django.utils.translation import gettext_lazy as _


class AdministrationConfig(apps.AdminConfig):
    """The administration, with the one door and for administrators alone."""

    default_site = "people.site.Administration"


class SignInAttemptsConfig(Axes):
    """Who tried to sign in and failed; the library calls itself by another name."""

    verbose_name = _("Sign-in attempts")
