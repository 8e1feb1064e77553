"""What people press, call and fill in reaches slack_bolt, and its answers are seen."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.platforms.slack import Slack
from tests.platforms.slack.model import Json
from tests.platforms.slack.probe import listening, web_client

STOP = {"type": "button", "action_id": "stop", "text": {"type": "plain_text", "text": "Stop"}}
BUTTONS: list[Json] = [
    {"type": "markdown", "text": "answer"},
    {"type": "actions", "block_id": "b1", "elements": [STOP | {"value": "v"}]},
]
MODAL: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Settings"},
    "blocks": [
        {
            "type": "input",
            "block_id": "model",
            "label": {"type": "plain_text", "text": "Model"},
            "element": {"type": "plain_text_input", "action_id": "name"},
        }
    ],
}


@pytest.fixture
async def server() -> AsyncIterator[Slack]:
    """A workspace with one channel."""
    async with Slack() as made:
        yield made


@pytest.fixture
async def app(server: Slack) -> AsyncIterator[AsyncApp]:
    """An app that is connected; a test gives it listeners."""
    async with web_client(server) as client:
        made = AsyncApp(client=client)
        async with listening(server, made):
            yield made


async def test_a_button_is_pressed(server: Slack, app: AsyncApp) -> None:
    """A press carries the button's value, its message and its person; its link edits both ways."""
    seen: list[Json] = []

    async def pressed(ack: Any, body: Json, respond: Any) -> None:
        await ack()
        seen.append(body)
        await respond("only you", replace_original=False)
        await respond("instead", replace_original=True)

    app.action("stop")(pressed)
    room = server.channel("general").id
    post = await app.client.chat_postMessage(channel=room, text="x", blocks=BUTTONS)
    sent = server.press(post["ts"], "stop", user="ann")
    await server.until(lambda: len(server.responses(sent)) == 2)
    (body,) = seen
    assert body["actions"][0]["value"] == "v"
    assert (body["actions"][0]["block_id"], body["message"]["ts"]) == ("b1", post["ts"])
    assert server.answers("general") == ["instead"]
    assert [(said.shown, said.only) for said in server.posts[1:]] == [
        ("only you", server.person("ann").id)
    ]
    with pytest.raises(LookupError):
        server.press(post["ts"], "stop")


async def test_a_command_is_given(server: Slack, app: AsyncApp) -> None:
    """A command's acknowledgement is its reply; its link takes five posts and no sixth."""

    async def called(ack: Any, command: Json) -> None:
        await ack(f"{command['command']} {command['text']} in {command['channel_name']}")

    app.command("/ai")(called)
    sent = server.slash("/ai", "help", user="ann")
    await server.until(lambda: sent.acked)
    assert sent.reply == {"text": "/ai help in general"}
    hook = AsyncWebhookClient(sent.payload["response_url"])
    said = [(await hook.send(text=str(number))).status_code for number in range(6)]
    assert said == [200] * 5 + [404]
    assert len(server.responses(sent)) == 5


async def test_a_modal_is_filled_in(server: Slack, app: AsyncApp) -> None:
    """A trigger opens one modal; what is sent comes with its values, and errors keep it open."""
    errors = [{"model": "Unknown"}]
    values: list[str] = []

    async def called(ack: Any, command: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=MODAL)
        with pytest.raises(SlackApiError) as caught:
            await client.views_open(trigger_id=command["trigger_id"], view=MODAL)
        values.append(caught.value.response["error"])

    async def filled(ack: Any, view: Json) -> None:
        values.append(view["state"]["values"]["model"]["name"]["value"])
        more = {"response_action": "errors", "errors": errors.pop()} if errors else {}
        await ack(**more)

    app.command("/ai")(called)
    app.view("form")(filled)
    server.slash("/ai", user="ann")
    await server.until(lambda: values)
    form = server.modal("ann")
    assert form
    refused = server.submit(form, {"name": {"value": "one"}})
    await server.until(lambda: refused.acked)
    assert form.open
    server.submit(form, {"name": {"value": "two"}})
    await server.until(lambda: not form.open)
    assert values == ["exchanged_trigger_id", "one", "two"]


async def test_a_home_is_published(server: Slack, app: AsyncApp) -> None:
    """Opening the app is an event; the tab shows what was published last."""

    async def opened(event: Json, client: AsyncWebClient) -> None:
        view = {"type": "home", "blocks": BUTTONS}
        await client.views_publish(user_id=event["user"], view=view)

    app.event("app_home_opened")(opened)
    server.open_home("ann")
    await server.until(lambda: server.home("ann"))
    pressed: list[str] = []

    async def press(ack: Any, body: Json) -> None:
        await ack()
        pressed.append(body["view"]["id"])

    app.action("stop")(press)
    home = server.home("ann")
    assert home
    sent = server.press_view(home, "stop", "ann")
    await server.until(lambda: sent.acked)
    assert pressed == [home.id]


async def test_a_shortcut_is_chosen(server: Slack, app: AsyncApp) -> None:
    """A message's shortcut carries the message, whoever wrote it."""
    seen: list[Json] = []

    async def chosen(ack: Any, shortcut: Json) -> None:
        seen.append(shortcut)
        await ack()

    app.shortcut("ask_about")(chosen)
    said = server.say("general", "bob", "what?")
    sent = server.shortcut(said, "ann")
    await server.until(lambda: sent.acked)
    assert (seen[0]["message"]["text"], seen[0]["user"]["name"]) == ("what?", "ann")


async def test_nobody_hears_a_press_while_nobody_is_connected(server: Slack) -> None:
    """What people press is not sent again."""
    sent = server.slash("/ai")
    await server.until(lambda: sent.lost)
    assert len(sent.tries) == 1
    server.scopes.discard("commands")
    with pytest.raises(LookupError):
        server.slash("/ai")
