from admin_portal.action_log.models import ChainKey
from admin_portal.encryption import re_encrypted
from admin_portal.rotation import Kept, RotateCommand
from admin_portal.sign_in import second_factors
from api_keys.store_configuration.models import StoredKey

SEAL_LOST = (
    "What it sealed can't be verified without the key that opens it; verify_action_log tells which"
    " rows. Bring that key back if you have it. Nothing else needs it."
)


class Command(RotateCommand):
    def kept(self) -> list[Kept]:
        keys = StoredKey.objects.all()
        factors, seals = second_factors.with_secrets(), ChainKey.objects.all()
        return [
            Kept("stored keys", keys, "ciphertext", re_encrypted, name="fingerprint"),
            Kept("second factors", factors, "data", second_factors.re_encrypted),
            Kept("seals of the Action Log", seals, "ciphertext", re_encrypted, if_lost=SEAL_LOST),
        ]
