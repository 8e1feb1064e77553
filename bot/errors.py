"""Every error that Threadwise raises itself.

::

    ThreadwiseError
    ├── ConfigError               start-up: every problem at once
    ├── StoreError
    │   ├── StoreUnavailable      no answer, or no connection: the same call may work later
    │   ├── StoreFull             its memory or disk is full: nothing was written
    │   ├── StoreUnfit            too old, wrong settings, or no embedded server here
    │   └── RecordUnreadable      written by a version that this one cannot read
    ├── LeaseLost                 another worker may own the conversation: do nothing more
    ├── Revised                   the question was edited or deleted while it was answered
    ├── NotYet                    the asker has enough answers running; with the seconds to wait
    ├── ModelError
    │   ├── WrongKey              401, 403
    │   ├── ModelUnknown          404 that speaks of the model
    │   ├── AddressWrong          any other 404: the base URL leads elsewhere
    │   ├── QuotaExhausted        the provider's account has no money left
    │   ├── RateLimited           429, with the seconds to wait
    │   ├── ModelUnavailable      no connection, 5xx, overloaded
    │   ├── ModelSilent           no first token, or none for too long, or no end
    │   ├── StreamBroken          a drop, a malformed chunk, an end without a finish reason
    │   ├── PromptTooLong         the context window is exceeded
    │   ├── PromptRejected        any other 400: content policy, a parameter, an image
    │   └── ModelAbsent           no such provider configured, or no embedded model installed
    └── MessengerError
        ├── PartFull              the part took only this many characters
        ├── PartExpired           the part takes no more; this many characters stand
        ├── PartGone              somebody deleted it
        ├── PlatformBusy          not now; with the seconds to wait
        ├── PlatformUnavailable   perhaps done, perhaps not: look before you post again
        └── Undeliverable         channel gone, banned: nowhere to say it
"""


class ThreadwiseError(Exception):
    """The root: whatever is not one of these is a bug."""


class ConfigError(ThreadwiseError):
    """The configuration is wrong; ``problems`` are sentences that say what to do."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StoreError(ThreadwiseError):
    """The store did not do what was asked."""


class StoreUnavailable(StoreError):
    """No answer from the store, after its retries."""


class StoreFull(StoreError):
    """The store has no room: nothing was written."""


class StoreUnfit(StoreError):
    """The store cannot hold what it must: too old, or its settings would lose messages."""


class RecordUnreadable(StoreError):
    """A record of a version that this one cannot read: leave it to a newer process."""


class LeaseLost(ThreadwiseError):
    """The lease ran out, or another worker claimed the conversation."""


class Revised(ThreadwiseError):
    """The question was edited or deleted while it was answered: claim it again."""


class NotYet(ThreadwiseError):
    """The asker has as many answers running as they may: again in ``retry_after`` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after


class ModelError(ThreadwiseError):
    """The model gave no answer, or not a whole one. The text is for the log, not for people."""


class WrongKey(ModelError):
    """The provider does not accept the API key."""


class ModelUnknown(ModelError):
    """The provider has no such model."""


class AddressWrong(ModelError):
    """Nothing at the provider's address speaks chat completions."""


class QuotaExhausted(ModelError):
    """The provider's account has no money left: waiting does not help."""


class RateLimited(ModelError):
    """The provider's rate limit, for ``retry_after`` seconds (None: it did not say)."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ModelUnavailable(ModelError):
    """No connection, or the provider's own failure; wait ``retry_after`` seconds if it says so."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ModelSilent(ModelError):
    """The first token, the next one, or the end of the answer did not come in time."""


class StreamBroken(ModelError):
    """The answer broke off: a drop, a malformed chunk, or an end without a finish reason."""


class PromptTooLong(ModelError):
    """The prompt does not fit into the model's context window."""


class PromptRejected(ModelError):
    """The provider refuses this prompt."""


class ModelAbsent(ModelError):
    """There is no such provider, or no embedded model on this machine."""


class MessengerError(ThreadwiseError):
    """A platform did not do what was asked."""


class PartFull(MessengerError):
    """The part holds no more; its first ``accepted`` characters stand on the platform."""

    def __init__(self, accepted: int) -> None:
        super().__init__(f"{accepted} characters accepted")
        self.accepted = accepted


class PartExpired(PartFull):
    """The part is too old to take more; its first ``accepted`` characters stand."""


class PartGone(MessengerError):
    """Somebody deleted the message."""


class PlatformBusy(MessengerError):
    """The platform takes no call for ``retry_after`` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after


class PlatformUnavailable(MessengerError):
    """The call failed on its way: it may have been done, or not."""


class Undeliverable(MessengerError):
    """There is nowhere left to say it: the channel is gone, or the bot was removed."""
