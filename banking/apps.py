from django.apps import AppConfig


class BankingConfig(AppConfig):
    name = "banking"

    def ready(self) -> None:
        """Open a line again when its payment is taken back; let it go along where the payment is moved."""
        from agreements.actions.disputing import on_end
        from agreements.actions.moving import on_move
        from agreements.actions.paying import on_reversal
        from banking.actions.booking import go_along, open_again
        from banking.actions.taking_back import dispute_ended

        on_reversal(open_again)
        on_move(go_along)
        on_end(dispute_ended)
