"""When a call to a platform may go: what is allowed, and who goes first."""

from bot.pacing.allowance import Allowance, Ask, Learnt, LocalAllowance, Terms, Wait
from bot.pacing.scheduler import Scheduler

__all__ = ["Allowance", "Ask", "Learnt", "LocalAllowance", "Scheduler", "Terms", "Wait"]
