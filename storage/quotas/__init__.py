"""What people and workspaces may use: counted in the store, for all processes at once."""

from storage.quotas.notices import RedisNotices
from storage.quotas.reservations import RedisReservations

__all__ = ["RedisNotices", "RedisReservations"]
