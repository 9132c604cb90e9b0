from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "workflow"

    def ready(self) -> None:
        """Register the checks."""
        from workflow import checks  # noqa: F401
