from django.urls import path

from portal import coming, offering, paying, saying, seeing, signing, views, visiting

app_name = "portal"
urlpatterns = [
    path("check/officer/<str:token>/", views.check_officer, name="officer"),
    path("check/officer/<str:token>/qr.svg", views.officer_qr, name="officer_qr"),
    path("check/<str:number>/", views.check, name="check"),
    path("v/", visiting.enter, name="visit_code"),
    path("v/<str:token>/", visiting.visit, name="visit"),
    path("v/<str:token>/unexpected/", visiting.unexpected, name="visit_unexpected"),
    path("v/<str:token>/mine/", visiting.mine, name="visit_mine"),
    path("v/<str:token>/leave/", visiting.leave, name="visit_leave"),
    path("m/<str:token>/", views.messages, name="messages"),
    path("m/<str:token>/leave/", views.leave, name="leave"),
    path("m/<str:token>/else/", views.not_me, name="not_me"),
    path("m/<str:token>/home/", seeing.home, name="home"),
    path("m/<str:token>/about/", seeing.about, name="about"),
    path("m/<str:token>/papers/", seeing.papers, name="papers"),
    path("m/<str:token>/papers/<str:number>/", seeing.paper, name="paper"),
    path("m/<str:token>/rights/", seeing.rights, name="rights"),
    path("m/<str:token>/meeting/", coming.meeting, name="meeting"),
    path("m/<str:token>/meeting/confirm/", coming.confirm, name="confirm"),
    path("m/<str:token>/meeting/move/", coming.move, name="move"),
    path("m/<str:token>/meeting/no/", coming.refuse, name="refuse"),
    path("m/<str:token>/meeting/by/", coming.one_way, name="one_way"),
    path("m/<str:token>/sums/", paying.sums, name="sums"),
    path("m/<str:token>/sums/other/", paying.other_plan, name="other_plan"),
    path("m/<str:token>/ways/", offering.ways, name="ways"),
    path("m/<str:token>/tell/", saying.tell, name="tell"),
    path("m/<str:token>/tell/<int:number>/", saying.tell_one, name="tell_one"),
    path("m/<str:token>/told/", saying.answers, name="answers"),
    path("m/<str:token>/sign/", signing.sign, name="sign"),
    path("m/<str:token>/sign/paper/", signing.paper, name="sign_paper"),
    path("m/<str:token>/<int:pk>/", views.message, name="message"),
    path("m/<str:token>/<int:pk>/file/", views.message_file, name="message_file"),
]
