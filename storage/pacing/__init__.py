"""What all processes of an account may send to its platform: one script, one round trip."""

from storage.pacing.pacing import RedisAllowance

__all__ = ["RedisAllowance"]
