"""The addresses of who works on what."""

from django.urls import path

from allocation.views import absences, sharing

app_name = "allocation"

urlpatterns = [
    path("workload/", sharing.workload, name="workload"),
    path("workload/give-out/", sharing.give_out, name="give_out"),
    path("workload/give-on/", sharing.give_on, name="give_on"),
    path("workload/rules/add/", sharing.add_rule, name="add_rule"),
    path("workload/rules/<int:pk>/", sharing.change_rule, name="change_rule"),
    path("workload/rules/<int:pk>/remove/", sharing.remove_rule, name="remove_rule"),
    path("workload/rules/<int:pk>/up/", sharing.move_rule_up, name="move_rule_up"),
    path("absences/", absences.absences, name="absences"),
    path("absences/<int:pk>/withdraw/", absences.withdraw, name="withdraw_absence"),
]
