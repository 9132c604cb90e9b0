from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    name = "visits"
    verbose_name = _("Visits")

    def ready(self) -> None:
        """Offer this app's acts, kinds of notice and approval."""
        from visits import acts, telling
        from visits.actions import announcing, refusing, slipping
        from workflow import approvals

        acts.register_all()
        announcing.register_kinds()
        slipping.register_kinds()
        telling.register_all()
        approvals.register(
            approvals.ApprovalKind("lift_refusal", "approve_lifting", refusing.lifting)
        )
