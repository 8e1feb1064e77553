"""What all processes of an account may send to its platform: one script, one round trip."""

from storage.pacing.pacing import RedisAllowance
from storage.pacing.rolling import RollingAllowance

__all__ = ["RedisAllowance", "RollingAllowance"]
