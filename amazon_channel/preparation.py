"""What to settle before the first Amazon store is connected: the guide's eight pre-setup tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, eq=False)
class Task:
    """One of TASKS, and equal to itself alone: to compare texts would translate them."""

    title: StrPromise
    advice: StrPromise


TASKS = (
    Task(
        _("Keep background tasks running"),
        _(
            "Listings, prices and orders travel in background jobs. Ask whoever runs your server"
            " that the store's cron jobs run every minute."
        ),
    ),
    Task(
        _("Have a Seller Central account"),
        _(
            "You need a professional seller account with Amazon, in the region where you will sell."
            " Keep its e-mail address and password at hand."
        ),
    ),
    Task(
        _("Be an approved seller"),
        _(
            "Some categories and brands need Amazon's approval before you may list in them. Ask for"
            " it early: an answer can take weeks."
        ),
    ),
    Task(
        _("Settle VAT and sales tax"),
        _(
            "Enter your tax numbers in Seller Central, and know for each country who collects the"
            " tax: Amazon or you."
        ),
    ),
    Task(
        _("Let your catalog match Amazon's"),
        _(
            "Give products an attribute that holds their UPC, EAN, ISBN or ASIN. With it, most"
            " listings find their counterpart without your help."
        ),
    ),
    Task(
        _("Check your currencies"),
        _(
            "Amazon sells in each marketplace's currency. Where your base currency is another, set"
            " up exchange rates in the store before you set prices."
        ),
    ),
    Task(
        _("Say what condition products are in"),
        _(
            "Amazon asks for it with every offer. If you sell only new goods, a default will do;"
            " otherwise create a product attribute for the condition."
        ),
    ),
    Task(
        _("Plan your shipping"),
        _(
            "Decide who ships: you, or Amazon from its own warehouses. Then compare your delivery"
            " times and rates with the shipping templates in Seller Central."
        ),
    ),
)
