"""What a model's events come to: the text as it grows, and in the end an Ending."""

from collections.abc import Sequence

from bot import words
from bot.completion import Finished, Metered, ModelEvent, Prompt, TextDelta
from bot.errors import ModelError
from bot.messages import Ending, IncomingMessage, State, Usage
from bot.split import START, render
from bot.tokens import estimate
from bot.visible import clean, visible

_NOTES = {
    "length": (words.CUT, State.ANSWERED, ""),
    "content_filter": (words.FILTERED, State.FAILED, "Filtered"),
}
"""Reasons to finish that people should know of: note, state and cause."""


class Reply:
    """Gathers one attempt of a model, and says how it ended."""

    def __init__(self, model: str, questions: Sequence[IncomingMessage] = ()) -> None:
        files = [file for question in questions for file in question.attachments]
        self._model = model
        self._unread = [f"{file.name} ({file.unread})" for file in files if file.unread]
        self._pictures = [file.name for file in files if not (file.text or file.unread)]
        self.refusal: str | None = None
        """Says why the model was not asked, once it is known that it must not be."""
        self._estimate = 0
        self._pieces: list[str] = []
        self._half = ""
        self._metered: Metered | None = None
        self._finished = Finished("")

    def asked(self, prompt: Prompt) -> None:
        """This is what its usage will be of."""
        self._estimate = prompt.estimate

    def blind(self) -> None:
        """The model does not take pictures, so it was asked without them."""
        self._unread += [f"{name} ({words.NO_PICTURES})" for name in self._pictures]

    def take(self, event: ModelEvent) -> str:
        """Remember an event; the text that it adds."""
        match event:
            case TextDelta(text):
                self._pieces.append(self._whole(text))
                return self._pieces[-1]
            case Metered():
                self._metered = event
            case Finished():
                self._finished = event
        return ""

    def _whole(self, text: str) -> str:
        """The text without half a character at its end: the other half may be in the next one."""
        text = self._half + text
        self._half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        return clean(text[: len(text) - len(self._half)])

    def ended(self) -> Ending:
        """The model finished, for a reason of its own; or it was not asked."""
        if self.refusal is not None:
            return Ending(self.refusal, State.REFUSED, self._model)
        note, state, cause = _NOTES.get(self._finished.reason, ("", State.ANSWERED, ""))
        if not self._text().strip():
            return self._ending(State.FAILED, note or words.NO_TEXT, cause or "NoText")
        return self._ending(state, words.notes(note, self._unread), cause)

    def stopped(self) -> Ending:
        """Somebody asked for a stop."""
        return self._ending(State.STOPPED, words.STOPPED)

    def failed(self, error: ModelError, reference: str) -> Ending:
        """The model failed; what it said before stands."""
        sentence = words.sentence(error, reference)
        return self._ending(State.FAILED, sentence, type(error).__name__, reference)

    def _text(self) -> str:
        return visible("".join(self._pieces), final=True)

    def _ending(self, state: State, note: str, cause: str = "", reference: str = "") -> Ending:
        return Ending(
            text=noted(self._text(), note),
            state=state,
            model=self._model,
            usage=self._metered.usage if self._metered else self._guess(),
            cost=self._metered.cost if self._metered else None,
            estimate=self._estimate,
            cause=cause,
            reference=reference,
            response_id=self._finished.response_id,
            response_model=self._finished.response_model,
            finish_reason=self._finished.reason,
        )

    def _guess(self) -> Usage | None:
        """A cut stream brings no usage, but what it brought is billed."""
        if not self._pieces:
            return None
        written = estimate("".join(self._pieces))
        return Usage(self._estimate, completion_tokens=written, estimated=True)


def noted(text: str, note: str) -> str:
    """The text with a note in a paragraph of its own behind it, not inside an open fence."""
    if not note:
        return text
    whole = render(text, START, None)
    return f"{whole}\n\n{note}" if whole.strip() else note
