"""What a provider's JSON may hold that matters to us, and what a stream of it comes to. Pure.

The SDK's own classes for chunks cost more time than all the rest of an answer, and take any shape;
these check theirs. Every field may be missing: compatible servers leave out what they like.
"""

from pydantic import BaseModel, TypeAdapter

from bot.completion import Finished, ModelEvent, TextDelta, Thinking
from bot.errors import StreamBroken
from bot.messages import Usage
from bot.models.deadlines import Deadlines


class _PromptDetails(BaseModel):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class _CompletionDetails(BaseModel):
    reasoning_tokens: int | None = None


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _PromptDetails | None = None
    completion_tokens_details: _CompletionDetails | None = None


class _Delta(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    delta: _Delta | None = None
    finish_reason: str | None = None


class Chunk(BaseModel):
    """One event of a stream."""

    id: str | None = None
    model: str | None = None
    choices: list[_Choice] | None = None
    usage: _Usage | None = None


class Model(BaseModel):
    """One line of a list of models."""

    id: str
    shutdown_date: str | None = None


class _Page(BaseModel):
    data: list[Model]


_LIST = TypeAdapter(_Page | list[Model])


def listed(body: bytes) -> list[Model]:
    """A provider's list of models; some send it bare.

    Raises:
        ValueError: it is no such list.
    """
    page = _LIST.validate_json(body)
    return page.data if isinstance(page, _Page) else page


class Reading:
    """What a stream has told so far."""

    def __init__(self) -> None:
        self.usage: Usage | None = None
        self.cache_writes = 0
        """Tokens that went into the provider's cache, which some charge for."""
        self.reason = ""
        """Why the answer ended; "": it has not."""
        self._begun = False
        self._refused = False
        self._id = ""
        self._model = ""

    def patience(self, deadlines: Deadlines) -> float:
        """Seconds that the next chunk may take."""
        if self.reason:
            return deadlines.ending
        return deadlines.silence if self._begun else deadlines.first

    def take(self, chunk: Chunk) -> ModelEvent | None:
        """The event that a chunk stands for; None behind the end of the text."""
        over, self._begun = bool(self.reason), True
        self._id, self._model = chunk.id or self._id, chunk.model or self._model
        if chunk.usage is not None:
            self._count(chunk.usage)
        text = "".join(self._text(choice) for choice in chunk.choices or ())
        if text:
            return TextDelta(text)
        return None if over else Thinking()

    def _text(self, choice: _Choice) -> str:
        """What people see of it: a refusal as well."""
        self.reason = choice.finish_reason or self.reason
        delta = choice.delta or _Delta()
        self._refused = self._refused or bool(delta.refusal)
        return delta.content or delta.refusal or ""

    def _count(self, usage: _Usage) -> None:
        prompt = usage.prompt_tokens_details or _PromptDetails()
        completion = usage.completion_tokens_details or _CompletionDetails()
        self.cache_writes = prompt.cache_write_tokens or 0
        self.usage = Usage(
            prompt_tokens=usage.prompt_tokens,
            cached_tokens=prompt.cached_tokens or 0,
            completion_tokens=usage.completion_tokens,
            reasoning_tokens=completion.reasoning_tokens or 0,
        )

    def finished(self) -> Finished:
        """The end.

        Raises:
            StreamBroken: there was no finish reason.
        """
        if not self.reason:
            raise StreamBroken("the stream ended without a finish reason")
        return Finished("refusal" if self._refused else self.reason, self._id, self._model)
