"""What can go wrong with the catalogue, drawn once.

CatalogError
├── ConfigurationError     a setting is missing or wrong; names it and where to get it
├── LibraryError           Music Assistant, or the bridge before it, does not answer or refuses
├── LibraryShrunkError     more than half of what Alexa knows is gone at once: most likely a provider is away
└── SmapiError             Amazon's Skill Management API refused or is away; .status
    ├── LoginError         Login with Amazon refused the credentials
    ├── LinkExpiredError   an upload that had begun is no longer valid, or the address of its part
    └── IngestionError     Amazon read the catalogue and refused it; says at which step and why
"""


class CatalogError(Exception):
    """Anything that ends a run, in words that name the remedy."""


class ConfigurationError(CatalogError):
    """A setting is missing or wrong."""


class LibraryError(CatalogError):
    """The library cannot be read."""


class LibraryShrunkError(CatalogError):
    """So much is gone that it must be a mistake."""


class SmapiError(CatalogError):
    """Amazon's Skill Management API refused, or is away."""

    def __init__(self, cause: str, status: int = 0) -> None:
        super().__init__(cause)
        self.status = status
        """HTTP status; 0 when there was no answer."""


class LoginError(SmapiError):
    """Login with Amazon refused the credentials."""


class LinkExpiredError(SmapiError):
    """An upload that had begun is no longer valid, or the address of its part."""


class IngestionError(SmapiError):
    """Amazon read the catalogue and refused it."""
