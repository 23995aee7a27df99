"""The library's command. Its app isn't installed: that would open the queue in web servers, too."""

from huey.contrib.djhuey.management.commands.run_huey import Command as Command
