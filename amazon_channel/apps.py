from django.apps import AppConfig


class AmazonChannelConfig(AppConfig):
    name = "amazon_channel"
