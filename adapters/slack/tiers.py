"""What Slack takes of us: each method has a tier, at least so many calls a minute in a workspace.

https://docs.slack.dev/apis/web-api/rate-limits
"""

from collections.abc import Callable, Mapping

from adapters.slack.modes import Mode
from bot.messages import ConversationKey
from bot.outcomes import Call
from bot.pacing.rolling import Rule, Rules

RULES: Rules = {
    "start": Rule(20, 60.0),  # chat.startStream, tier 2
    "append": Rule(100, 60.0),  # chat.appendStream, tier 4
    "stop": Rule(20, 60.0),  # chat.stopStream, tier 2
    "update": Rule(50, 60.0),  # chat.update, tier 3
    "post": Rule(4, 4.0),  # chat.postMessage: one a second for each channel, and short bursts
    "open": Rule(20, 60.0),  # ours: of 50 edits each has its last one, and one or two before
    "other": Rule(50, 60.0),  # look-ups, deletes and signs, most of them tier 3, all together
    "never": Rule(0, 60.0),  # ours: what is not to be sent at all
}

_LANES: Mapping[Mode, Mapping[Call, str]] = {
    Mode.NATIVE: {
        Call.OPEN: "start",
        Call.NEXT: "start",
        Call.INTERIM: "append",
        Call.FINAL: "stop",
    },
    Mode.EDITS: {
        Call.OPEN: "open post:{channel}",
        Call.NEXT: "post:{channel}",
        Call.INTERIM: "update",
        Call.FINAL: "update",
    },
    Mode.WHOLE: {
        Call.OPEN: "never",
        Call.NEXT: "never",
        Call.INTERIM: "never",
        Call.FINAL: "update",
    },
}
_EVERYWHERE = {Call.POST: "post:{channel}", Call.OTHER: "other"}


def lane_of(
    mode: Callable[[ConversationKey], Mode],
) -> Callable[[ConversationKey, Call], str]:
    """What a call takes its places from, by the way that answers go in its conversation.

    Names of several lanes are separated by spaces.
    """

    def lane(where: ConversationKey, call: Call) -> str:
        name = _EVERYWHERE.get(call) or _LANES[mode(where)][call]
        return name.format(channel=where.channel)

    return lane
