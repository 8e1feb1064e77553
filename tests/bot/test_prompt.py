"""Proves what bot.prompt promises: within the budget, whole turns, and a beginning that stays."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.completion import ChatMessage, Prompt, Role
from bot.errors import PromptTooLong
from bot.messages import (
    KEPT,
    Answer,
    Claim,
    ConversationKey,
    Ending,
    IncomingMessage,
    Person,
    State,
    Trigger,
    Turn,
    Usage,
)
from bot.prompt import PromptSettings, build
from bot.tokens import estimate, ratio

PLACE = ConversationKey("console", "local", "chat")
ANN, BOB = Person("1", "Ann"), Person("2", "Bob\nthe\r\nBuilder")
SETTINGS = PromptSettings("m", "Be brief.", history_turns=20, budget=10**6, max_output_tokens=99)


def asked(text: str, author: Person = ANN) -> IncomingMessage:
    """A question."""
    return IncomingMessage("console", PLACE, text, author, text, at=0, trigger=Trigger.DIRECT)


def turn(
    number: int, size: int = 0, *, state: State = State.ANSWERED, author: Person = ANN
) -> Turn:
    """A turn that can be told from others by its number."""
    ending = Ending(f"answer {number}" + "." * size, state)
    return Turn((asked(f"question {number}", author),), ending, ("1",), at=number, fence="f")


def claimed(turns: list[Turn], *questions: IncomingMessage, total: int | None = None) -> Claim:
    """A claim on a conversation with these last turns."""
    now = questions or (asked("now"),)
    return Claim(
        conversation=PLACE,
        account="console",
        fence="fence",
        ids=tuple(question.id for question in now),
        questions=now,
        answer=Answer(),
        turns=tuple(turns),
        total=len(turns) if total is None else total,
        waiting=1,
    )


def texts(prompt: Prompt) -> list[str]:
    """What the prompt says."""
    return [message.text for message in prompt.messages]


TURNS = st.lists(
    st.builds(
        turn,
        st.integers(0, 999),
        st.integers(0, 400),
        state=st.sampled_from(State),
        author=st.sampled_from([ANN, BOB]),
    ),
    max_size=30,
)
CLAIMS = st.builds(
    lambda turns, gone: claimed(turns, total=len(turns) + gone), TURNS, st.integers(0, 50)
)


@given(CLAIMS, st.integers(0, 25), st.integers(40, 3000), st.floats(0.3, 4))
def test_a_prompt_has_the_newest_whole_turns_within_its_limits(
    claim: Claim, most: int, budget: int, off: float
) -> None:
    """Limits of turns and tokens hold, roles alternate from a question on, the newest is kept."""
    usage = Usage(prompt_tokens=int(100 * off))
    counted = replace(turn(0), ending=Ending("", State.FAILED, usage=usage, estimate=100))
    claim = replace(claim, turns=(*claim.turns, counted), total=claim.total + 1)
    prompt = build(claim, replace(SETTINGS, history_turns=most, budget=budget))
    assert prompt.estimate * ratio(claim.turns) <= budget
    assert prompt.estimate >= sum(estimate(message.text) for message in prompt.messages)
    roles = [message.role for message in prompt.messages]
    assert roles == [Role.SYSTEM, *[Role.USER, Role.ASSISTANT] * (len(roles) // 2 - 1), Role.USER]
    answers = [text for text in texts(prompt) if text.startswith("answer")]
    kept = [turn.ending.text for turn in claim.turns[-most:] if turn.ending.state in KEPT]
    assert len(answers) <= most
    assert answers == kept[len(kept) - len(answers) :]


@given(CLAIMS)
def test_equal_claims_give_equal_prompts(claim: Claim) -> None:
    """Nothing but claim and settings enters a prompt."""
    assert build(claim, SETTINGS) == build(replace(claim, fence="other", waiting=7), SETTINGS)


def prompts(sizes: list[int], settings: PromptSettings) -> list[Prompt]:
    """The prompts of a conversation, turn by turn, of which the store keeps 20 turns."""
    turns = [turn(number, size) for number, size in enumerate(sizes)]
    return [
        build(claimed(turns[max(0, n - 20) : n], asked(f"question {n}"), total=n), settings)
        for n in range(len(turns))
    ]


def changes(said: list[Prompt]) -> int:
    """How often a prompt does not begin with the whole prompt before it."""
    return sum(
        after.messages[: len(before.messages)] != before.messages
        for before, after in pairwise(said)
    )


def test_the_limit_of_turns_moves_the_beginning_by_a_quarter_of_it() -> None:
    """Over 100 turns with 20 in a prompt, the beginning changes once in 5, and 16 to 20 stay."""
    said = prompts([50] * 100, SETTINGS)
    assert changes(said) == 16
    assert {len(prompt.messages) // 2 - 1 for prompt in said[20:]} == {16, 17, 18, 19, 20}


@settings(deadline=None)  # 100 prompts an example
@given(st.lists(st.integers(0, 150), min_size=100, max_size=100))
def test_the_budget_moves_the_beginning_by_steps_as_well(sizes: list[int]) -> None:
    """With room for 13 or more turns of any size, the beginning changes at step borders only."""
    said = prompts(sizes, replace(SETTINGS, budget=12 * 60))
    assert changes(said) <= 100 // 5
    assert all(prompt.estimate <= 12 * 60 for prompt in said)


def test_a_budget_for_less_than_a_step_is_filled_with_smaller_steps() -> None:
    """Where 4 turns fit and a step is 5, a prompt has 3 or 4, and half of them begin as before."""
    said = prompts([372] * 60, replace(SETTINGS, budget=470))
    assert {len(prompt.messages) // 2 - 1 for prompt in said[8:]} == {3, 4}
    assert changes(said[8:]) <= 60 // 2


def test_a_turn_that_does_not_count_is_left_out_whole() -> None:
    """Failed, refused and undeliverable turns leave neither question nor answer."""
    turns = [turn(number, state=state) for number, state in enumerate(State)]
    assert texts(build(claimed(turns), SETTINGS)) == [
        "Be brief.",
        "question 0",
        "answer 0",
        "question 2",
        "answer 2",
        "now",
    ]


def test_a_turn_stopped_before_its_first_word_leaves_its_question() -> None:
    """The question stands before the next one, in one message, since roles alternate."""
    silent = replace(turn(0), ending=Ending("\n", State.STOPPED))
    assert texts(build(claimed([silent]), SETTINGS)) == ["Be brief.", "question 0\n\nnow"]


def test_questions_asked_together_are_one_message() -> None:
    """Messages of one turn are paragraphs of one question."""
    assert texts(build(claimed([], asked("a"), asked("b")), SETTINGS))[1:] == ["a\n\nb"]


def test_names_stand_before_questions_when_several_people_speak() -> None:
    """Each question says who asked, in one line, and answers say nothing of it."""
    turns = [turn(0, author=BOB), turn(1)]
    assert texts(build(claimed(turns), SETTINGS))[1:] == [
        "Bob the Builder: question 0",
        "answer 0",
        "Ann: question 1",
        "answer 1",
        "Ann: now",
    ]


@pytest.mark.parametrize(
    "turns",
    [
        [turn(0), turn(1)],
        [turn(0, state=State.FAILED, author=BOB)],
        [turn(number, author=BOB if number == 0 else ANN) for number in range(30)],
    ],
)
def test_one_person_needs_no_name(turns: list[Turn]) -> None:
    """Names stay out when all questions in the prompt are of one person."""
    assert texts(build(claimed(turns), SETTINGS))[-1] == "now"


def test_without_a_persona_a_prompt_begins_with_a_question() -> None:
    """An empty persona is no message."""
    prompt = build(claimed([]), replace(SETTINGS, persona=""))
    assert prompt.messages == (ChatMessage(Role.USER, "now"),)


def test_a_question_over_the_budget_is_too_long() -> None:
    """The error says how many tokens there are, and for how many there is room."""
    with pytest.raises(PromptTooLong, match="259 tokens by estimate, with room for 200"):
        build(claimed([turn(0)], asked("x" * 992)), replace(SETTINGS, budget=200))


def test_the_real_count_of_the_last_prompt_corrects_the_budget() -> None:
    """A prompt that was twice as large as estimated halves what the next one repeats."""
    counted = replace(
        turn(12, 372), ending=Ending("", State.FAILED, usage=Usage(200), estimate=100)
    )
    turns = [turn(number, 372) for number in range(12)]
    settings = replace(SETTINGS, budget=1320)
    assert len(build(claimed(turns), settings).messages) == 26
    assert len(build(claimed([*turns, counted]), settings).messages) == 14


def test_keys_tell_conversations_and_people_apart_and_nothing_else() -> None:
    """Cache key and safety id are 32 hexadecimal digits, equal for equal ones only."""
    first = build(claimed([]), SETTINGS)
    later = build(claimed([turn(0, author=BOB)], asked("more")), SETTINGS)
    elsewhere = replace(claimed([]), conversation=replace(PLACE, thread="2"))
    bobs = build(claimed([], asked("now", BOB)), SETTINGS)
    other = build(elsewhere, SETTINGS)
    assert (first.cache_key, first.safety_id) == (later.cache_key, later.safety_id)
    assert first.cache_key == bobs.cache_key != other.cache_key
    assert first.safety_id == other.safety_id != bobs.safety_id
    assert {len(first.cache_key), len(first.safety_id)} == {32}
    assert int(first.cache_key + first.safety_id, 16)


def test_model_and_length_are_the_settings() -> None:
    """What is asked of the model is what the conversation's settings say."""
    prompt = build(claimed([]), SETTINGS)
    assert (prompt.model, prompt.max_output_tokens) == ("m", 99)
