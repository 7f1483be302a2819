"""What can go wrong at the desk, each a sentence the person at the screen understands."""

from surveil.errors import UsageError


class DeskError(UsageError):
    """A request of a reviewer that was not carried out; nothing was changed."""


class NotAllowed(DeskError):
    """The person may not do this."""


class NotFound(DeskError):
    """There is no such thing, or the person may not know of it; the two read the same on purpose."""


class Conflict(DeskError):
    """Somebody or a new scan changed the thing since the person looked at it."""


class Unacceptable(DeskError):
    """What was handed in is incomplete or contradicts itself."""


class SignInRefused(DeskError):
    """Name and password do not fit, or the account is locked or closed."""
