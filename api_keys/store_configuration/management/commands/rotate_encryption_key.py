from admin_portal.encryption import re_encrypted
from admin_portal.rotation import Kept, RotateCommand
from api_keys.store_configuration.models import StoredKey


class Command(RotateCommand):
    def kept(self) -> list[Kept]:
        keys = StoredKey.objects.all()
        return [Kept("stored keys", keys, "ciphertext", re_encrypted, name="fingerprint")]
