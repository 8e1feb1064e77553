"""What happened, as numbers for Prometheus, and as one line in the log for each turn."""

import structlog
from prometheus_client import CollectorRegistry, Counter, generate_latest

from bot.messages import Ending, Turn, Usage

TABLE = {
    "accepted": "Messages kept until they are answered.",
    "queued": "Messages that wait behind another in their conversation.",
    "stopping": "Wishes to stop that met a running answer.",
    "idle": "Wishes to stop that met none.",
    "duplicate": "Messages that a platform delivered again.",
    "unknown": "Follow-ups in conversations that the bot has no part in.",
    "full": "Messages refused because too many waited before them.",
    "refused": "Messages refused with a sentence, for another reason.",
    "deleted": "Questions deleted before their answer ended.",
    "lease_lost": "Answers broken off because another worker may own the conversation.",
    "rerun": "Answers begun again after a worker was lost.",
}
"""The events that may be counted; each is ``threadwise_<event>_total``."""


class Counters:
    """An Observer with metrics of its own: no two of them share a number."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._log = structlog.stdlib.get_logger(__name__)
        self._events = {what: self._new(what, text, "cause") for what, text in TABLE.items()}
        self._turns = self._new("turns", "Turns by how they ended.", "state", "cause")
        self._tokens = self._new(
            "tokens", "cached is part of prompt, reasoning of completion.", "model", "kind"
        )
        self._cost = self._new("cost_dollars", "Cost of turns whose price is known.", "model")
        self._unpriced = self._new("unpriced_turns", "Turns whose price is unknown.", "model")

    def count(self, what: str, cause: str = "") -> None:
        """One more of an event in ``TABLE``.

        Raises:
            KeyError: there is no such event.
        """
        self._events[what].labels(cause).inc()

    def settled(self, turn: Turn) -> None:
        """Count a turn, and write its line: numbers and names, no text."""
        ending = turn.ending
        self._turns.labels(ending.state, ending.cause).inc()
        if ending.usage:
            self._spend(ending, ending.usage)
        self._log.info("turn", **_line(turn))

    def render(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._registry)

    def _new(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, namespace="threadwise", registry=self._registry)

    def _spend(self, ending: Ending, usage: Usage) -> None:
        for kind, tokens in _tokens(usage).items():
            self._tokens.labels(ending.model, kind).inc(tokens)
        if ending.cost is None:
            self._unpriced.labels(ending.model).inc()
        else:
            self._cost.labels(ending.model).inc(float(ending.cost))


def _tokens(usage: Usage) -> dict[str, int]:
    return {
        "prompt": usage.prompt_tokens,
        "cached": usage.cached_tokens,
        "completion": usage.completion_tokens,
        "reasoning": usage.reasoning_tokens,
    }


def _line(turn: Turn) -> dict[str, object]:
    ending = turn.ending
    return {
        "state": ending.state,
        "conversation": str(turn.questions[0].conversation),
        "questions": len(turn.questions),
        "parts": len(turn.parts),
        "model": ending.model,
        **(_tokens(ending.usage) if ending.usage else {}),
        "estimated": ending.usage is not None and ending.usage.estimated,
        "cost": ending.cost,
        "finish_reason": ending.finish_reason,
        "cause": ending.cause,
        "reference": ending.reference,
    }
