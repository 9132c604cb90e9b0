from django.urls import path

from access.marks import with_first_password
from access.views import again, entering, looks, own, people, second

app_name = "people"  # the addresses are those of people and are called so everywhere

urlpatterns = [
    path("sign-in/", entering.sign_in, name="sign_in"),
    path("sign-in/second/", second.second_step, name="second_step"),
    path("sign-in/passkey/", second.passkey, name="passkey"),
    path("sign-out/", entering.sign_out, name="sign_out"),
    path("password/", with_first_password(own.ChangePassword.as_view()), name="password"),
    path("security/", own.security, name="security"),
    path("security/begin/", own.enrol, name="enrol"),
    path("security/app/", own.add_app, name="add_app"),
    path("security/passkey/", own.add_passkey, name="add_passkey"),
    path("security/codes/", own.renew_codes, name="renew_codes"),
    path("security/<int:pk>/remove/", own.remove_factor, name="remove_factor"),
    path("security/sessions/end/", own.end_others, name="end_others"),
    path("security/sessions/<int:pk>/end/", own.end_session, name="end_session"),
    path("security/looks/", looks.looks, name="looks"),
    path("security/people/", people.everybody, name="everybody"),
    path("security/people/<str:username>/", people.somebody, name="somebody"),
    path("security/people/<str:username>/reset/", people.ask_reset, name="ask_reset"),
    path("security/people/<str:username>/decide/", people.decide_reset, name="decide_reset"),
    path("security/confirm/", again.confirm, name="confirm"),
]
