"""How often one address may be refused before it has to wait."""

from dashboard.web.attempt_limiter import AttemptLimiter


class Clock:
    """A clock that a test sets."""

    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


def limiter(**options) -> tuple[AttemptLimiter, Clock]:
    clock = Clock()
    return AttemptLimiter(attempts=3, seconds=60.0, clock=clock, **options), clock


def test_an_address_that_is_refused_too_often_waits_and_may_try_again():
    attempts, clock = limiter()
    for _ in range(3):
        assert attempts.wait_seconds("192.0.2.1") == 0
        attempts.record("192.0.2.1")
    assert attempts.wait_seconds("192.0.2.1") == 60
    clock.now += 45
    assert attempts.wait_seconds("192.0.2.1") == 15
    clock.now += 15
    assert attempts.wait_seconds("192.0.2.1") == 0


def test_another_address_does_not_wait():
    attempts, _ = limiter()
    for _ in range(9):
        attempts.record("192.0.2.1")
    assert attempts.wait_seconds("192.0.2.2") == 0
    assert attempts.wait_seconds(None) == 0


def test_who_goes_on_while_waiting_waits_no_longer_for_it():
    """So nobody keeps another behind the same address out for ever with few requests."""
    attempts, clock = limiter()
    for _ in range(3):
        attempts.record("192.0.2.1")
    clock.now += 30
    assert attempts.wait_seconds("192.0.2.1") == 30
    clock.now += 30
    assert attempts.wait_seconds("192.0.2.1") == 0


def test_memory_is_bounded_and_what_is_old_goes_first():
    attempts, clock = limiter(addresses_max=100)
    for _ in range(3):
        attempts.record("192.0.2.1")
    for number in range(99):
        attempts.record(f"10.0.0.{number}")
        clock.now += 0.1
    assert attempts.wait_seconds("192.0.2.1") > 0
    for number in range(10_000):
        attempts.record(f"10.1.{number // 256}.{number % 256}")
    assert attempts.address_count == 100
    assert attempts.wait_seconds("192.0.2.1") == 0


def test_all_addresses_of_one_ipv6_network_are_one():
    attempts, _ = limiter()
    for number in range(3):
        attempts.record(f"2001:db8:1:2::{number:x}")
    assert attempts.wait_seconds("2001:db8:1:2:ffff::1") == 60
    assert attempts.wait_seconds("2001:db8:1:3::1") == 0
