"""The addresses of agreements, payments and closing."""

from django.urls import path

from agreements.views import closing, drawing, limitation, paying, signing

app_name = "agreements"

urlpatterns = [
    path("cases/<slug:reference>/agreement/", drawing.draw_up, name="draw_up"),
    path("cases/<slug:reference>/agreement/look/", drawing.look, name="look"),
    path("cases/<slug:reference>/renegotiate/", drawing.renegotiate, name="renegotiate"),
    path("cases/<slug:reference>/renegotiate/drop/", drawing.drop, name="drop"),
    path("cases/<slug:reference>/waiver/", drawing.waiver, name="waiver"),
    path("cases/<slug:reference>/back/", drawing.back, name="back"),
    path("agreements/<slug:number>/", signing.agreement, name="agreement"),
    path("agreements/<slug:number>/redraft/", drawing.redraft, name="redraft"),
    path("agreements/<slug:number>/draft.pdf", signing.draft, name="draft"),
    path("agreements/<slug:number>/offer/", signing.offer, name="offer"),
    path("agreements/<slug:number>/terms/", signing.terms, name="terms"),
    path("agreements/<slug:number>/sign/<slug:side>/", signing.sign, name="sign"),
    path("agreements/<slug:number>/conclude/", signing.conclude, name="conclude"),
    path("agreements/<slug:number>/lawyer/", signing.ask_lawyer, name="ask_lawyer"),
    path(
        "agreements/<slug:number>/lawyer/answer/", signing.lawyer_answered, name="lawyer_answered"
    ),
    path("cases/<slug:reference>/limitation/add/", limitation.record, name="interrupt"),
    path("cases/<slug:reference>/pay/", paying.pay, name="pay"),
    path("payments/<slug:number>/reverse/", paying.reverse_payment, name="reverse_payment"),
    path("cases/<slug:reference>/close/", closing.close, name="close"),
    path("cases/<slug:reference>/close/certificate/", closing.certificate, name="certificate"),
    path("cases/<slug:reference>/close/report/", closing.report, name="report"),
    path(
        "cases/<slug:reference>/close/papers/<int:pk>/", closing.return_paper, name="return_paper"
    ),
    path("cases/<slug:reference>/close/early/", closing.early, name="close_early"),
    path("cases/<slug:reference>/reopen/", closing.reopen, name="reopen"),
]
