from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "access"
    verbose_name = _("Signing in")

    def ready(self) -> None:
        """Let a second person decide on a reset of a lost factor."""
        from django.contrib.auth.signals import user_logged_in
        from django.urls import reverse

        from access import resetting, sessions
        from workflow.approvals import ApprovalKind, register

        user_logged_in.connect(lambda request, **_: sessions.use(request), weak=False)
        register(
            ApprovalKind(
                "second_factor",
                resetting.DECIDE,
                decided=resetting.decided,
                seen_by=resetting.SEE,
                page=lambda approval: reverse("people:somebody", args=[approval.subject]),
            )
        )
