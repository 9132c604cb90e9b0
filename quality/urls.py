"""The addresses of complaints and of samples."""

from django.urls import path

from quality.views import complaints, outside, samples

app_name = "quality"

urlpatterns = [
    path("complaints/", complaints.complaints, name="complaints"),
    path("matters/<int:pk>/", complaints.matter, name="matter"),
    path("complaints/<slug:number>/", complaints.complaint, name="complaint"),
    path("complaints/<slug:number>/letter/", complaints.letter, name="letter"),
    path("complaints/<slug:number>/people/", complaints.those, name="those"),
    path("complaints/<slug:number>/answer/", complaints.decide, name="decide"),
    path("cases/<slug:reference>/complaint/", complaints.receive, name="receive"),
    path("samples/", samples.samples, name="samples"),
    path("samples/<slug:number>/", samples.sample, name="sample"),
    path("samples/<slug:number>/<int:place>/", samples.line, name="line"),
    path("samples/<slug:number>/<int:place>/settle/", samples.settle, name="settle"),
    path("samples/<slug:number>/<int:place>/finding/", samples.find, name="find"),
    path("sampled/<int:pk>/", samples.settle_of, name="settle_of"),
    path("findings/<int:pk>/done/", samples.finding_done, name="finding_done"),
    path("v/<str:token>/complain/", outside.of_visit, name="complain_of_visit"),
    path("m/<str:token>/complaints/", outside.followed, name="followed"),
    path("m/<str:token>/complain/", outside.of_message, name="complain"),
]
