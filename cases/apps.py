from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        """Offer this app's acts, its messages and its kind of approval."""
        from cases import acts, lawyers_draft
        from cases.actions import writing
        from notices.texts.previewing import tells
        from workflow import approvals

        acts.register_all()
        writing.register_kinds()
        tells(lawyers_draft.BY_LAWYER, lawyers_draft.of_lawyers_letter)
        approvals.register(approvals.ApprovalKind("exception", "approve_exception"))
