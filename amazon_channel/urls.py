from django.urls import path

from amazon_channel import views

app_name = "amazon_channel"

urlpatterns = [
    path("", views.home, name="home"),
    path("welcome/", views.welcome, name="welcome"),
]
