from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"

    def ready(self) -> None:
        """A plain letter belongs to nobody else: whoever writes it has asked the rules."""
        from notices import kinds
        from notices.models import Notice

        kinds.register(kinds.Kind(Notice.Kind.LETTER.value))
