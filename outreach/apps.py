from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "outreach"

    def ready(self) -> None:
        """Let a second person decide on runs, and ask at sending whether a run was stopped."""
        from django.urls import reverse

        from notices import kinds
        from outreach.actions import decided
        from outreach.models import NoticeRun
        from outreach.running import not_stopped
        from workflow.approvals import ApprovalKind, register

        register(
            ApprovalKind(
                "notice_run",
                "approve_run",
                decided=decided,
                seen_by="see_runs",
                page=lambda approval: reverse("outreach:run", args=[approval.subject]),
            )
        )
        for name in NoticeRun.Kind.values:
            kinds.register(not_stopped(kinds.of(name)))
