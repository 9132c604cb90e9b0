from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "exports"

    def ready(self) -> None:
        """Let a second person decide on exports, and drop a message that asks for what is decided."""
        from django.urls import reverse

        from exports import actions, telling
        from notices import to_staff
        from notices.models import StaffMessage
        from workflow.approvals import ApprovalKind, register

        register(
            ApprovalKind(
                "export",
                actions.APPROVE,
                decided=actions.decided,
                seen_by="see_exports",
                page=lambda approval: reverse("exports:export", args=[approval.subject]),
            )
        )
        to_staff.ask_again(StaffMessage.Kind.EXPORT, telling.decided_meanwhile)
