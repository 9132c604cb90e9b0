from django.apps import AppConfig


class RulebookConfig(AppConfig):
    name = "rulebook"

    def ready(self) -> None:
        """Put the published versions on the shelf, and say where older ones are kept."""
        from compliance import packs
        from rulebook import shelving

        packs.find_by(shelving.kept)
        shelving.look()
