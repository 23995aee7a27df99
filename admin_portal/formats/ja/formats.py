"""Where Django's Japanese formats read badly: they put no space between the day and the time."""

DATETIME_FORMAT = "Y年n月j日 G:i"
SHORT_DATETIME_FORMAT = "Y/m/d G:i"
