from django.urls import path

from admin_portal.action_log import views

urlpatterns = [
    path("report/", views.action_report, name="action_report"),
    path("report.csv", views.action_report_csv, name="action_report_csv"),
    path("report/<int:number>/", views.action_record, name="action_record"),
]
