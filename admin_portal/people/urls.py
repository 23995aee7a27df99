from django.urls import path

from admin_portal.people.views import roles, users

urlpatterns = [
    path("users/", users.all_users, name="all_users"),
    path("users/new/", users.new_user, name="new_user"),
    path("users/<int:pk>/", users.user, name="user"),
    path("users/<int:pk>/delete/", users.delete_user, name="delete_user"),
    path("users/<int:pk>/reset-two-factors/", users.reset_factors, name="reset_factors"),
    path("users/<int:pk>/sign-out/", users.sign_out_user, name="sign_out_user"),
    path("roles/", roles.user_roles, name="user_roles"),
    path("roles/new/", roles.new_role, name="new_role"),
    path("roles/<int:pk>/", roles.role, name="role"),
    path("roles/<int:pk>/delete/", roles.delete_role, name="delete_role"),
]
