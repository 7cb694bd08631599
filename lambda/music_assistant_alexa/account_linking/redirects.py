"""Where a browser may be sent with a code: the three redirect URLs of the developer's account, and nowhere else.

The developer console lists them under "Alexa Redirect URLs": one for each of Alexa's regions, ending in the vendor id.
https://developer.amazon.com/docs/alexa/account-linking/requirements-account-linking.html
"""

__all__ = ["FORM_TARGETS", "redirect_uris"]

_HOSTS = ("layla.amazon.com", "pitangui.amazon.com", "alexa.amazon.co.jp")

_COUNTRIES = ("ca", "co.jp", "co.uk", "com", "com.au", "com.br", "com.mx", "de", "es", "fr", "in", "it")

FORM_TARGETS = " ".join(f"https://*.amazon.{country}" for country in _COUNTRIES)
"""For the page's `form-action`: browsers hold it against every redirect that follows the form, Amazon's own included,
and those lead to the Alexa app of the listener's country."""


def redirect_uris(vendor_id: str) -> frozenset[str]:
    """Return the redirect URLs that Amazon gives to the skills of a developer account."""
    return frozenset(f"https://{host}/api/skill/link/{vendor_id}" for host in _HOSTS)
