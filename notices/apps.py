from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"

    def ready(self) -> None:
        """A plain letter belongs to nobody else: whoever writes it has asked the rules."""
        from notices import kinds
        from notices.models import Notice
        from notices.texts import checks  # noqa: F401 - the texts are looked at before anything starts

        kinds.register(kinds.Kind(Notice.Kind.LETTER.value))
