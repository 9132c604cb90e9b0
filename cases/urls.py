from django.urls import include, path

from cases.deliveries import views as deliveries
from cases.views import calling, holding, house_papers, lawyers_letters, preparing, seals

app_name = "cases"

urlpatterns = [
    path("imports/", include("cases.imports.urls")),
    path("letters/deliveries/", deliveries.deliveries, name="deliveries"),
    path("letters/deliveries/form.csv", deliveries.form, name="delivery_form"),
    path("lawyers-letters/", lawyers_letters.letters, name="lawyers_letters"),
    path("lawyers-letters/<slug:number>/", lawyers_letters.letter, name="lawyers_letter"),
    path("lawyers-letters/<slug:number>/edit/", lawyers_letters.edit, name="edit_lawyers_letter"),
    path(
        "lawyers-letters/<slug:number>/release/",
        lawyers_letters.release,
        name="release_lawyers_letter",
    ),
    path(
        "lawyers-letters/<slug:number>/return/",
        lawyers_letters.send_back,
        name="return_lawyers_letter",
    ),
    path(
        "lawyers-letters/<slug:number>/withdraw/",
        lawyers_letters.withdraw,
        name="withdraw_lawyers_letter",
    ),
    path(
        "cases/<slug:reference>/lawyers-letter/", lawyers_letters.draft, name="draft_lawyers_letter"
    ),
    path("house-papers/", house_papers.house_papers, name="house_papers"),
    path("house-papers/<int:pk>/withdraw/", house_papers.withdraw, name="withdraw_house_paper"),
    path("seals/", seals.seals, name="seals"),
    path("seals/<int:pk>/retire/", seals.retire, name="retire_seal"),
    path("cases/<slug:reference>/debtor/", preparing.edit_debtor, name="debtor"),
    path("cases/<slug:reference>/addresses/add/", preparing.add_address, name="add_address"),
    path("cases/<slug:reference>/addresses/<int:pk>/", preparing.edit_address, name="edit_address"),
    path("cases/<slug:reference>/numbers/add/", preparing.add_contact_point, name="add_number"),
    path(
        "cases/<slug:reference>/numbers/<int:pk>/", preparing.edit_contact_point, name="edit_number"
    ),
    path("cases/<slug:reference>/people/add/", preparing.add_party, name="add_party"),
    path(
        "cases/<slug:reference>/people/<int:pk>/identity/",
        preparing.party_identity,
        name="party_identity",
    ),
    path(
        "cases/<slug:reference>/people/<int:pk>/guarantee/", preparing.guarantee, name="guarantee"
    ),
    path(
        "cases/<slug:reference>/people/<int:pk>/basis/", preparing.legal_basis, name="legal_basis"
    ),
    path("cases/<slug:reference>/bureau/", preparing.bureau, name="bureau"),
    path("cases/<slug:reference>/privacy/", preparing.privacy, name="privacy"),
    path("cases/<slug:reference>/people/<int:pk>/ask/", preparing.trace, name="trace"),
    path("cases/<slug:reference>/contracts/<int:pk>/", preparing.terms, name="terms"),
    path("cases/<slug:reference>/ability/", preparing.assess, name="assess"),
    path("cases/<slug:reference>/strategy/", preparing.set_strategy, name="strategy"),
    path("cases/<slug:reference>/papers/add/", preparing.add_paper, name="add_paper"),
    path("cases/<slug:reference>/mandate/", preparing.set_mandate, name="mandate"),
    path("cases/<slug:reference>/assign/", preparing.assign, name="assign"),
    path("cases/<slug:reference>/contacts/log/", preparing.log_contact, name="log_contact"),
    path("cases/<slug:reference>/call/", calling.call, name="call"),
    path("cases/<slug:reference>/call/<int:pk>/", calling.begin, name="begin_call"),
    path("cases/<slug:reference>/calls/<int:pk>/", calling.log, name="log_call"),
    path("cases/<slug:reference>/calls/<int:pk>/not-made/", calling.not_made, name="call_not_made"),
    path("cases/<slug:reference>/message/", preparing.write, name="write"),
    path("cases/<slug:reference>/hold/", holding.hold, name="hold"),
    path("cases/<slug:reference>/holds/<int:pk>/review/", holding.review, name="review_hold"),
    path("cases/<slug:reference>/holds/<int:pk>/end/", holding.release, name="release_hold"),
    path("cases/<slug:reference>/exception/", holding.ask_exception, name="ask_exception"),
]
