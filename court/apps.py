from django.apps import AppConfig


class CourtConfig(AppConfig):
    name = "court"

    def ready(self) -> None:
        """Offer the bundle on the case page, and lend the timeline a seal for its anchors."""
        from court import acts, running, seal
        from exports import actions as exporting
        from exports.models import Export
        from timeline.anchoring import Signer, sign_with

        acts.register_all()
        exporting.made_by(Export.Kind.BUNDLE, running.decided)
        sign_with(Signer(seal.sign, seal.good, seal.fingerprint))
