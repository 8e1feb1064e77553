"""A model's Markdown as Slack is shown it: nobody is called, and code stays code."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.slack.dialect import dialect, mrkdwn

PIECES = (
    *("<!Here>", "<!channel|x>", "<!everyone>", "<!subteam^S1>", "<@U0ADA>", "<@W1|ada>", "<@"),
    *("@here", "@channel", "@Everyone", "@", "<", "!", ">", "her", "e", "subteam^", "U", "1"),
    *("\n", " ", "a", "é", "\u200b", "&", "|", "-", "- ", "1. "),
    *("`", "```", "```py\n", "\n```\n", "~~~\n", "````", "    "),
)
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
CALLS = re.compile(r"<!(?:(?i:here|channel|everyone)|subteam\^)|<@[UW][A-Z0-9]")
BARE = re.compile(r"(?<!\w)@(?:here|channel|everyone)", re.IGNORECASE)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<!here> <!HERE> <!everyone>", "<!her·e> <!HER·E> <!everyon·e>"),
        ("<!here|you> <!subteam^S1|@ops>", "<!her·e|you> <!subteam·^S1|@ops>"),
        ("<!channel> @channel", "<!channel> @channel".replace("el", "e·l")),
        ("<@U0ADA> <@W1|ada>", "<@U·0ADA> <@W·1|ada>"),
        ("@here, so (@Everyone)!", "@her·e, so (@Everyon·e)!"),
        ("```\n<!here> <@U0ADA>\n```", "```\n<!her·e> <@U·0ADA>\n```"),
        ("`@here`", "`@her·e`"),
        ("```\n@a\n```\n@here", "```\n@a\n```\n@her·e"),
        ("```@here", "```@her·e"),
        ("```a` @here\n@here", "```a` @her·e\n@her·e"),
    ],
)
def test_a_call_is_broken(written: str, shown: str) -> None:
    """Of a person, a group or everybody; by a character that takes no room."""
    assert dialect(written) == shown.replace("·", "\u200b")


@pytest.mark.parametrize(
    "text",
    [
        "# One\n**bold** _it_ ~~no~~\n- [ ] tea\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        "[a](https://e.org) <https://e.org> ![b](https://e.org/b.png) <#C0GENERAL>",
        "<!DOCTYPE html> <!-- @ --> a<b && c>d &amp; List<@NonNull User> x@y <@Unit>",
        "@cache\ndef f(): ...\n@her @chan",
        "write to me@here.com or a@channel.org",
        "```ruby\n@channel = connect\n@here\n```",
        "- ~~~\n  @channel\n  ```\n  @everyone\n  ~~~",
        "```\n@here\n```py\n- ```\n@here",
    ],
)
def test_everything_else_stays(text: str) -> None:
    """Markdown as it is written, addresses, and variables in code."""
    assert dialect(text) == text


def test_code_ends_where_its_fence_closes() -> None:
    """Not at a shorter fence, nor at another's; behind it calls are broken again."""
    assert dialect("````\n```\n@here") == "````\n```\n@here"
    assert dialect("````\n~~~~\n`````\n@here").endswith("@her\u200be")


@given(MARKDOWN, MARKDOWN)
@example("```@here", "\n")
@example("@her", "e")
@example("<!subteam", "^S1>")
@example("```\n@here\n``", "`\n@here")
def test_what_was_said_stays(text: str, more: str) -> None:
    """A longer text begins as the shorter one was shown: a stream can only grow."""
    assert dialect(text + more).startswith(dialect(text))


@given(MARKDOWN)
def test_said_twice_is_said_once(text: str) -> None:
    """A broken call is none."""
    assert dialect(dialect(text)) == dialect(text)


@given(MARKDOWN)
def test_nobody_is_called(text: str) -> None:
    """In code neither, as Slack's own calls go; a bare word only where there is no fence."""
    assert not CALLS.search(dialect(text))
    assert not BARE.search(dialect(text.replace("`", "").replace("~", "")))


@given(MARKDOWN)
def test_only_marks_are_added(text: str) -> None:
    """One for each call at most, so a text never grows by more than a quarter."""
    shown = dialect(text)
    assert shown.replace("\u200b", "") == text.replace("\u200b", "")
    assert len(shown) <= len(text) * 5 / 4


def test_a_plain_text_is_escaped() -> None:
    """As Slack wants it where it takes no Markdown; nobody is called there either."""
    assert mrkdwn('a < b && c > "d" <@U1> @here') == (
        'a &lt; b &amp;&amp; c &gt; "d" &lt;@U\u200b1&gt; @her\u200be'
    )
