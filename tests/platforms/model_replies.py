"""What the loopback model server may be told to send, and the payloads of it. Pure."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Break(Enum):
    """How a stream ends that does not end well."""

    DROP = "the connection is cut"
    STALL = "nothing more comes, and the connection stays"
    COMMENTS = "only keep-alive comments come"
    GARBAGE = "a chunk that is no JSON"
    SHAPELESS = "a chunk of JSON that is no object"
    UNREADABLE = "a chunk that is no UTF-8"
    UNFINISHED = "the end, without a finish reason"
    NO_DONE = "no usage and no [DONE] behind the finish reason, and the connection stays"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, streamed token by token or, where the request says so, plain."""

    text: str | Sequence[str] | None = None
    """Split into words; a sequence is sent as it is; None: ``answer(messages)``."""
    first: float = 0.0
    """Seconds before the first token, and before the headers."""
    delay: float = 0.0
    """Seconds between tokens."""
    hold: asyncio.Event | None = None
    """Waited for behind the first token."""
    finish: str = "stop"
    """Or: length, content_filter, tool_calls."""
    refusal: bool = False
    """The text is sent as a refusal."""
    thinking: int = 0
    """Chunks of ``reasoning_content`` that come first."""
    usage: bool = True
    usage_details: Mapping[str, Any] = field(default_factory=dict)
    """More fields of the usage, such as ``prompt_tokens_details``."""
    broken: Break | None = None
    """Behind the tokens, instead of a proper end."""
    error: Mapping[str, Any] | None = None
    """An error object sent inside the stream, behind the tokens."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A refusal with a status."""

    status: int
    code: str | None = None
    kind: str = "invalid_request_error"
    message: str = "scripted failure"
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        error = {"message": self.message, "type": self.kind, "code": self.code}
        return {"error": error | {"param": self.param}}


WRONG_KEY = Failure(401, "invalid_api_key")
UNKNOWN_MODEL = Failure(404, "model_not_found")
NO_MONEY = Failure(429, "insufficient_quota", "insufficient_quota")
TOO_LONG = Failure(400, "context_length_exceeded", param="messages")
DOWN = Failure(503, None, "server_error")
BUSY = Failure(429, "rate_limit_exceeded", "requests", headers={"retry-after-ms": "1"})

Behaviour = Reply | Failure


def answer(messages: Sequence[Mapping[str, Any]]) -> str:
    """What is answered to a conversation when the test says nothing; images are named."""
    asked = [said(m["content"]) for m in messages if m["role"] == "user"]
    return f"answer to: {asked[-1] if asked else ''} [{len(messages)} messages]"


def said(content: str | Sequence[Mapping[str, Any]]) -> str:
    """The content of a message as text: a string, or parts of which some may be images."""
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", f"[{part['type']}]") for part in content)


def tokens_of(body: dict[str, Any], reply: Reply) -> Sequence[str]:
    """The chunks of text to send."""
    text = answer(body["messages"]) if reply.text is None else reply.text
    return re.findall(r"\s*\S+\s*$|\s*\S+|\s+", text) if isinstance(text, str) else text


def usage_of(body: dict[str, Any], reply: Reply, tokens: int) -> dict[str, Any]:
    """A word of the prompt is a token, and so is what was sent as one."""
    prompt = sum(len(said(message["content"]).split()) for message in body["messages"])
    counts = {
        "prompt_tokens": prompt,
        "completion_tokens": tokens,
        "total_tokens": prompt + tokens,
    }
    return counts | dict(reply.usage_details)


def plain(body: dict[str, Any], reply: Reply) -> dict[str, Any]:
    """The answer to a request that does not want a stream."""
    tokens = tokens_of(body, reply)
    message = {"role": "assistant", "content": "".join(tokens)}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish}],
        "usage": usage_of(body, reply, len(tokens)),
    }


def listed(id_: str, date: str | None) -> dict[str, Any]:
    """One line of the list of models."""
    return {"id": id_, "object": "model", "created": 1, "owned_by": "me", "shutdown_date": date}


def rejection(name: str) -> Failure:
    """What OpenAI says to a parameter that a model does not take."""
    message = f"Unsupported parameter: '{name}' is not supported with this model."
    return Failure(400, "unsupported_parameter", message=message, param=name)
