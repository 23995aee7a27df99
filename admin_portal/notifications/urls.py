from django.urls import path

from admin_portal.notifications import views

urlpatterns = [path("", views.notifications, name="notifications")]
