"""Who signs in, and who they are on every page after that."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from people.models import User


class WithTeam(ModelBackend):
    """Loads the reader together with the team, which every page names."""

    def get_user(self, user_id: Any) -> User | None:
        """The person of that key, if they may still sign in."""
        try:
            user = User._default_manager.select_related("team").get(pk=user_id)
        except User.DoesNotExist:
            return None
        return user if self.user_can_authenticate(user) else None
