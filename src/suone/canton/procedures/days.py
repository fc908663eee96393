"""Counting days and months as deadlines do."""

from datetime import date, timedelta


def working_days_after(day: date, count: int, holidays: frozenset[date]) -> date:
    """The day ``count`` working days after a day, which itself does not count."""
    while count > 0:
        day += timedelta(days=1)
        if is_working_day(day, holidays):
            count -= 1
    return day


def is_working_day(day: date, holidays: frozenset[date]) -> bool:
    """Monday to Friday, and no holiday of the canton."""
    return day.weekday() < 5 and day not in holidays


def months_after(day: date, months: int) -> date:
    """The same day of the month ``months`` later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return _clipped(year, month + 1, day.day)


def months_before(day: date, months: int) -> date:
    """The same day of the month ``months`` earlier, or the last day of a shorter month."""
    return months_after(day, -months)


def _clipped(year: int, month: int, day: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day - 1), following - timedelta(days=1))
