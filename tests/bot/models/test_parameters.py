"""What is sent, and what is left out once a model has refused it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PromptRejected, PromptTooLong
from bot.models.parameters import named, parameters
from bot.models.providers import Provider
from tests.bot.models.asking import ask, models, prompt, text
from tests.platforms.model_server import TOO_LONG, Failure, ModelServer, Reply

OPENAI = Provider("openai", "https://api.openai.com/v1", "sk-x")
OWN = Provider("own", "http://127.0.0.1:1/v1", "", max_output_tokens=50)
ASKED = prompt(cache_key="c", safety_id="s")


async def test_what_is_sent(server: ModelServer) -> None:
    """A question carries its limits and ids, wants its usage, and is not stored."""
    async with models(server) as asked:
        await ask(asked, prompt("hi", "gpt-6-luna", cache_key="c", safety_id="s"))
    assert server.requests[0].body == {
        "model": "gpt-6-luna",
        "messages": [{"role": "user", "content": "hi"}],
        "max_completion_tokens": 100,
        "stream": True,
        "stream_options": {"include_usage": True},
        "store": False,
        "reasoning_effort": "none",
        "prompt_cache_key": "c",
        "safety_identifier": "s",
    }


def test_openai_needs_no_padding() -> None:
    """Only OpenAI itself is told to leave its padding out."""
    options = parameters(OPENAI, "m", ASKED, set())["stream_options"]
    assert options == {"include_usage": True, "include_obfuscation": False}


def test_unknown_model_decides_for_itself() -> None:
    """The reasoning effort is left to models that are not known."""
    assert "reasoning_effort" not in parameters(OPENAI, "m", ASKED, set())


def test_provider_caps_the_answer() -> None:
    """The smaller one of the provider's cap and the prompt's holds."""
    assert parameters(OWN, "m", prompt(max_output_tokens=70), set())["max_completion_tokens"] == 50
    assert parameters(OWN, "m", prompt(max_output_tokens=20), set())["max_completion_tokens"] == 20


async def test_refused_parameter_is_left_out_and_remembered(server: ModelServer) -> None:
    """A model that refuses a parameter is asked without it, from then on at once."""
    server.rejects("safety_identifier", "store")
    async with models(server) as asked:
        for _ in range(2):
            assert text(await ask(asked, ASKED)) == "answer to: hello [1 messages]"
    assert len(server.requests) == 4  # two lessons, and two answers
    assert "store" not in server.requests[-1].body


async def test_lessons_are_of_one_model(server: ModelServer) -> None:
    """What one model refuses, another one still gets."""
    server.script(Failure(400, "unsupported_parameter", param="store"))
    async with models(server) as asked:
        await ask(asked, prompt(model="old"))
        await ask(asked, prompt(model="new"))
    assert ["store" in request.body for request in server.requests] == [True, False, True]


async def test_older_name(server: ModelServer) -> None:
    """A server that knows only ``max_tokens`` gets that, with the same limit."""
    server.rejects("max_completion_tokens")
    async with models(server) as asked:
        await ask(asked)
    assert server.requests[-1].body["max_tokens"] == 100
    assert "max_completion_tokens" not in server.requests[-1].body


async def test_refusals_are_bounded(server: ModelServer) -> None:
    """A server that refuses every parameter is asked without any, and then believed."""
    server.rejects("max_completion_tokens", "max_tokens", "store", "stream_options")
    server.for_model("m", Failure(400))
    async with models(server) as asked:
        with pytest.raises(PromptRejected):
            await ask(asked)
    assert server.requests[-1].body.keys() == {"model", "messages", "stream"}
    assert len(server.requests) == 5


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (TOO_LONG, PromptTooLong),
        (Failure(400, "content_policy_violation"), PromptRejected),
        (Failure(400, "invalid_value", param="messages[0].content"), PromptRejected),
        (Failure(400, message="max_tokens is above the context window"), PromptTooLong),
    ],
)
async def test_the_question_itself_is_never_changed(
    server: ModelServer, failure: Failure, kind: type[Exception]
) -> None:
    """A complaint about the messages is not answered by another request."""
    server.script(failure, Reply("never"))
    async with models(server) as asked:
        with pytest.raises(kind):
            await ask(asked)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("param", "complaint", "name"),
    [
        ("stream_options.include_obfuscation", "", "stream_options"),
        ("messages", "'store' is in the messages", None),
        ("", "{'detail': [{'loc': ['body', 'store'], 'msg': 'Extra inputs'}]}", "store"),
        ("", 'Unknown name "store": Cannot find field.', "store"),
        ("", "we could not store this", None),
        ("", "unrecognised: prompt_cache_key", "prompt_cache_key"),
        ("", "no such thing as safety_identifer", None),
    ],
)
def test_how_servers_name_a_parameter(param: str, complaint: str, name: str | None) -> None:
    """A parameter is found in the field for it, or in the words of compatible servers."""
    assert named(parameters(OPENAI, "m", ASKED, set()), param, complaint) == name


@given(st.text(), st.text(), st.sets(st.sampled_from(["store", "max_completion_tokens"])))
def test_only_what_was_sent_can_be_refused(param: str, said: str, rejected: set[str]) -> None:
    """Every complaint leads to one parameter less, or to none."""
    request = parameters(OPENAI, "m", ASKED, rejected)
    assert not rejected & request.keys()
    assert named(request, param, said) in {None, *request} - {"model", "messages"}
