"""Spaces are tried where they are booked."""

from tests.gateway.bookings.conftest import session

__all__ = ["session"]
