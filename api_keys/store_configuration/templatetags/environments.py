from django import template

from api_keys.store_configuration.environments import label_of, name_of

register = template.Library()
register.filter("environment_label", label_of)
register.filter("environment_name", name_of)
