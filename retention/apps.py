from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "retention"

    def ready(self) -> None:
        """Make known this app's kind of approval."""
        from retention.actions.releasing import releasing
        from workflow.approvals import ApprovalKind, register

        register(ApprovalKind("release_records", "release_records", releasing))
