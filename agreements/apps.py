from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "agreements"

    def ready(self) -> None:
        """Make known this app's notices, its kinds of approval and its acts."""
        from agreements import acts, kinds, telling, waivers
        from agreements.actions import by_link, word
        from agreements.actions.accelerating import acceleration_steps
        from agreements.actions.closing import early_closure_steps, reopening_steps
        from agreements.actions.depositing import difference_steps, paid_in_meanwhile
        from agreements.actions.drawing import waiver_steps
        from agreements.actions.refunding import refund_steps
        from agreements.actions.voiding import void_steps
        from notices import to_staff
        from notices.models import StaffMessage
        from workflow.approvals import ApprovalKind, register

        acts.register_all()
        by_link.register_all()
        kinds.register_all()
        telling.register_all()
        word.register_all()
        to_staff.ask_again(StaffMessage.Kind.WAIVER, waivers.decided_meanwhile)
        register(ApprovalKind("acceleration", "approve_acceleration", acceleration_steps))
        register(ApprovalKind("waiver", "approve_waiver", waiver_steps))
        to_staff.ask_again(StaffMessage.Kind.CASH, paid_in_meanwhile)
        register(ApprovalKind("cash_difference", "approve_cash", difference_steps))
        register(ApprovalKind("early_closure", "approve_early_closure", early_closure_steps))
        register(ApprovalKind("refund", "approve_refund", refund_steps))
        register(ApprovalKind("reopening", "approve_reopening", reopening_steps))
        register(ApprovalKind("original_void", "approve_early_closure", void_steps))
