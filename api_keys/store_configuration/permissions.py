"""Who may do what with the keys the store holds: Django's "app.codename"."""

SEE = "store_configuration.view_storedkey"
SAVE = "store_configuration.change_storedkey"
