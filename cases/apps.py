from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"

    def ready(self) -> None:
        """Offer this app's acts and its kind of approval."""
        from cases import acts
        from workflow import approvals

        acts.register_all()
        approvals.register(approvals.ApprovalKind("exception", "approve_exception"))
