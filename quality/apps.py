from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "quality"

    def ready(self) -> None:
        """Offer its act, tell of its letters, and let nothing else go while a complaint is open."""
        from agreements.papers.closing import tell_also
        from desk.lawfulness import show_also
        from quality import acts, only, telling
        from quality.figures import rate_of_complaints
        from quality.papers import complaint_blocks

        acts.register_all()
        telling.register_all()
        only.register_all()
        tell_also(complaint_blocks)
        show_also(rate_of_complaints())
