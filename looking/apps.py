from datetime import datetime
from typing import Any

from django.apps import AppConfig


class LookingConfig(AppConfig):
    name = "looking"

    def look(self, case: int, user: Any, what: str, at: datetime, *subjects: str) -> None:
        """``models.look`` for apps below this one."""
        from looking.models import look

        look(case, user, what, at, *subjects)
