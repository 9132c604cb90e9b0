"""The addresses of agreements, payments and closing."""

from django.urls import path

from agreements.views import (
    accelerating,
    account,
    cash,
    closing,
    drawing,
    leaving,
    limitation,
    options,
    paying,
    reading,
    refunding,
    signers,
    signing,
    signing_links,
    waivers,
)

app_name = "agreements"

urlpatterns = [
    path("cases/<slug:reference>/agreement/", drawing.draw_up, name="draw_up"),
    path("cases/<slug:reference>/options/", options.side_by_side, name="options"),
    path("cases/<slug:reference>/agreement/look/", drawing.look, name="look"),
    path("cases/<slug:reference>/renegotiate/", drawing.renegotiate, name="renegotiate"),
    path("cases/<slug:reference>/renegotiate/drop/", drawing.drop, name="drop"),
    path("cases/<slug:reference>/waiver/", waivers.ask, name="waiver"),
    path("cases/<slug:reference>/waiver/<int:pk>/", waivers.asked, name="waiver_asked"),
    path(
        "cases/<slug:reference>/waiver/<int:pk>/take-back/",
        waivers.take_back,
        name="take_back_waiver",
    ),
    path("waivers/bar/", waivers.bar, name="waiver_bar"),
    path("cases/<slug:reference>/back/", drawing.back, name="back"),
    path("agreements/<slug:number>/", signing.agreement, name="agreement"),
    path("agreements/<slug:number>/redraft/", drawing.redraft, name="redraft"),
    path("agreements/<slug:number>/draft.pdf", signing.draft, name="draft"),
    path("agreements/<slug:number>/offer/", signing.offer, name="offer"),
    path("agreements/<slug:number>/terms/", signing.terms, name="terms"),
    path("agreements/<slug:number>/sign/<slug:side>/", signing.sign, name="sign"),
    path("agreements/<slug:number>/paper/", signing.sign_on_paper, name="sign_on_paper"),
    path("agreements/<slug:number>/signers/ask/", signers.ask, name="ask_signer"),
    path("agreements/<slug:number>/signers/<int:pk>/sign/", signers.sign, name="sign_other"),
    path("agreements/<slug:number>/signers/<int:pk>/decline/", signers.decline, name="decline"),
    path(
        "agreements/<slug:number>/signers/<int:pk>/leave-out/",
        signers.leave_out,
        name="leave_out",
    ),
    path("agreements/<slug:number>/signers/<int:pk>/without/", signers.without, name="without"),
    path(
        "agreements/<slug:number>/signers/<int:pk>/link/",
        signing_links.send_other,
        name="send_other_link",
    ),
    path(
        "agreements/<slug:number>/signers/<int:pk>/link/withdraw/",
        signing_links.withdraw_other,
        name="withdraw_other_link",
    ),
    path("agreements/<slug:number>/link/", signing_links.send, name="send_link"),
    path("agreements/<slug:number>/link/withdraw/", signing_links.withdraw, name="withdraw_link"),
    path("agreements/<slug:number>/conclude/", signing.conclude, name="conclude"),
    path("agreements/<slug:number>/lawyer/", signing.ask_lawyer, name="ask_lawyer"),
    path(
        "agreements/<slug:number>/lawyer/answer/", signing.lawyer_answered, name="lawyer_answered"
    ),
    path("agreements/<slug:number>/reading/", reading.read_aloud, name="read_aloud"),
    path("agreements/<slug:number>/accelerate/", accelerating.accelerate, name="accelerate"),
    path(
        "agreements/<slug:number>/accelerate/withdraw/",
        accelerating.withdraw,
        name="withdraw_acceleration",
    ),
    path("cases/<slug:reference>/account/", account.account, name="account"),
    path("cases/<slug:reference>/account.csv", account.as_csv, name="account_csv"),
    path("cases/<slug:reference>/account.pdf", account.as_pdf, name="account_pdf"),
    path("cases/<slug:reference>/account/rate/", account.state_rate, name="state_rate"),
    path(
        "cases/<slug:reference>/account/rate/<int:pk>/withdraw/",
        account.withdraw_rate,
        name="withdraw_rate",
    ),
    path("cases/<slug:reference>/account/charge/", account.book_charge, name="book_charge"),
    path("limitation/", limitation.running_out, name="running_out"),
    path("cases/<slug:reference>/limitation/add/", limitation.record, name="interrupt"),
    path("cases/<slug:reference>/pay/", paying.pay, name="pay"),
    path("payments/<slug:number>/move/", paying.move_payment, name="move_payment"),
    path("payments/<slug:number>/reverse/", paying.reverse_payment, name="reverse_payment"),
    path("payments/<slug:number>/refund/", refunding.ask, name="ask_refund"),
    path("refunds/<slug:number>/paid/", refunding.record, name="record_refund"),
    path("cash/", cash.handing_in, name="cash"),
    path("cash/numbers/<int:pk>/spoil/", cash.spoil, name="spoil_cash_number"),
    path("cash/<slug:number>/", cash.receipt, name="cash_receipt"),
    path("cash/<slug:number>/deposit/", cash.deposit, name="deposit_cash"),
    path("cash/<slug:number>/explain/", cash.explain, name="explain_cash"),
    path("cases/<slug:reference>/close/", closing.close, name="close"),
    path("cases/<slug:reference>/close/certificate/", closing.certificate, name="certificate"),
    path("cases/<slug:reference>/close/report/", closing.report, name="report"),
    path(
        "cases/<slug:reference>/close/papers/<int:pk>/", closing.return_paper, name="return_paper"
    ),
    path("cases/<slug:reference>/originals/", leaving.originals, name="originals"),
    path(
        "cases/<slug:reference>/originals/<int:pk>/take-in/",
        leaving.take_in,
        name="take_in_original",
    ),
    path("cases/<slug:reference>/originals/<int:pk>/move/", leaving.move, name="move_original"),
    path(
        "cases/<slug:reference>/originals/<int:pk>/void/",
        leaving.void_original,
        name="void_original",
    ),
    path(
        "cases/<slug:reference>/close/guarantors/<int:pk>/",
        closing.release,
        name="release_guarantor",
    ),
    path("cases/<slug:reference>/close/bureau/", leaving.bureau_update, name="bureau_update"),
    path(
        "cases/<slug:reference>/close/bureau/<int:pk>/", leaving.bureau_answer, name="bureau_answer"
    ),
    path("cases/<slug:reference>/close/data/", leaving.data_return, name="data_return"),
    path("cases/<slug:reference>/close/early/", closing.early, name="close_early"),
    path("cases/<slug:reference>/reopen/", closing.reopen, name="reopen"),
]
