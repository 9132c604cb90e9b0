from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "agreements"

    def ready(self) -> None:
        """Make known this app's notices, its kinds of approval and its acts."""
        from agreements import acts, kinds, telling
        from agreements.actions.closing import early_closure_steps, reopening_steps
        from agreements.actions.drawing import waiver_steps
        from workflow.approvals import ApprovalKind, register

        acts.register_all()
        kinds.register_all()
        telling.register_all()
        register(ApprovalKind("waiver", "approve_waiver", waiver_steps))
        register(ApprovalKind("early_closure", "approve_early_closure", early_closure_steps))
        register(ApprovalKind("reopening", "approve_reopening", reopening_steps))
