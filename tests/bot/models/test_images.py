"""Images on their way to a model, and models that take none."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.completion import ChatMessage, Image, Prompt, Role
from bot.errors import ModelAbsent, PromptRejected
from bot.models.embedded import Embedded
from bot.models.providers import Provider
from bot.models.router import Models
from tests.bot.models.asking import ask, models, prompt, provider, text
from tests.platforms.model_server import Failure, ModelServer

RED, BLUE = Image("image/png", "cmVk"), Image("image/jpeg", "Ymx1ZQ==")
ASKED = Prompt(
    "m",
    (
        ChatMessage(Role.SYSTEM, "Be kind."),
        ChatMessage(Role.USER, "What are these?", (RED, BLUE)),
        ChatMessage(Role.ASSISTANT, "Colours."),
        ChatMessage(Role.USER, "Which?"),
    ),
    max_output_tokens=100,
)
PLAIN = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": "What are these?"},
    {"role": "assistant", "content": "Colours."},
    {"role": "user", "content": "Which?"},
]


class Blind(Provider):
    """A provider whose models see nothing."""

    @property
    def sees(self) -> bool:
        return False


async def test_images_follow_their_text(server: ModelServer) -> None:
    """A message with images has parts, with each image as data; all others stay plain strings."""
    async with models(server) as asked:
        await ask(asked, ASKED)
    parts = [
        {"type": "text", "text": "What are these?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,cmVk"}},
        {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,Ymx1ZQ=="}},
    ]
    expected = [PLAIN[0], {"role": "user", "content": parts}, *PLAIN[2:]]
    assert server.requests[0].body["messages"] == expected


async def test_a_model_that_cannot_see_gets_no_images(server: ModelServer) -> None:
    """They are left out, and it is asked as if there had been none."""
    seeing = provider(server)
    blind = Blind("blind", seeing.base_url, seeing.api_key)
    async with Models([seeing, blind]) as asked:
        assert (asked.sees("m"), asked.sees("blind/m")) == (True, False)
        await ask(asked, replace(ASKED, model="blind/m"))
    assert server.requests[0].body["messages"] == PLAIN


def test_the_embedded_model_cannot_see() -> None:
    """It is known before it is asked; without any model, nobody knows."""
    assert not Models([Embedded(Path())]).sees("embedded/smollm2-135m")
    with pytest.raises(ModelAbsent):
        Models([]).sees("m")


@pytest.mark.parametrize(
    "failure",
    [
        Failure(400, "invalid_value", param="messages[1].content[1].type"),
        Failure(400, message="this is not a multimodal model"),
        Failure(500, kind="server_error", message="image input is not supported - hint: mmproj"),
    ],
)
async def test_a_refused_image_is_a_rejected_prompt(server: ModelServer, failure: Failure) -> None:
    """It is not asked again: without its images the same question is another prompt."""
    server.script(failure)
    async with models(server) as asked:
        with pytest.raises(PromptRejected):
            await ask(asked, ASKED)
        assert len(server.requests) == 1
        assert text(await ask(asked, prompt("hi"))) == "answer to: hi [1 messages]"
