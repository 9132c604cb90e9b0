from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"

    def ready(self) -> None:
        """Offer this app's acts, its messages and its kind of approval."""
        from cases import acts
        from cases.actions import writing
        from workflow import approvals

        acts.register_all()
        writing.register_kind()
        approvals.register(approvals.ApprovalKind("exception", "approve_exception"))
