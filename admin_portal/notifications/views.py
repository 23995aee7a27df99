from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from admin_portal.notifications.models import Notification
from admin_portal.notifications.reading import mark_all_read, mark_read
from admin_portal.requests import AuthenticatedRequest

ON_A_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def notifications(request: AuthenticatedRequest) -> HttpResponse:
    """Everything that the person may see, the newest first."""
    if request.method == "POST":
        return _mark(request)
    visible = Notification.objects.visible_to(request.user)
    listed = visible.with_is_read(request.user).order_by("-pk")
    context = {
        "page": Paginator(listed, ON_A_PAGE).get_page(request.GET.get("page")),
        "newest_unread": Notification.objects.unread_by(request.user).order_by("-pk").first(),
    }
    return render(request, "notifications/notifications.html", context)


def _mark(request: AuthenticatedRequest) -> HttpResponseRedirect:
    if (pk := _number(request, "read")) is not None:
        mark_read(request.user, pk)
    elif (up_to := _number(request, "read_up_to")) is not None:
        mark_all_read(request.user, up_to)
    return redirect(request.get_full_path())


def _number(request: HttpRequest, name: str) -> int | None:
    """Return what was sent, if it can be an id; otherwise there is nothing to mark."""
    sent = request.POST.get(name, "")
    return int(sent) if sent.isdecimal() and len(sent) < 19 else None
