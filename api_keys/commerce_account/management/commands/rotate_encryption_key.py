from admin_portal import encryption
from admin_portal.rotation import Kept, RotateCommand
from admin_portal.sign_in import second_factors
from api_keys.commerce_account.models import IssuedKey


class Command(RotateCommand):
    def kept(self) -> list[Kept]:
        keys = IssuedKey.objects.exclude(ciphertext="")
        factors = second_factors.with_secrets()
        return [
            Kept("issued keys", keys, "ciphertext", encryption.re_encrypted, name="fingerprint"),
            Kept("second factors", factors, "data", second_factors.re_encrypted),
        ]
