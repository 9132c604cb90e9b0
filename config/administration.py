"""Django's administration on our own site object."""

from django.contrib.admin import apps


class AdministrationConfig(apps.AdminConfig):
    """The administration, with the one door and for administrators alone."""

    default_site = "people.site.Administration"
