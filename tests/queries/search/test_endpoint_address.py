"""Addresses of embeddings endpoints."""

import pytest

from queries.search.endpoint_address import parse_endpoint
from queries.search.endpoint_error import EndpointError


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("ftp://host/v1#m", "begin with http:// or https://"),
        ("file:///etc/passwd#m", "begin with http:// or https://"),
        ("http://user:secret@host/v1#m", "may hold no key"),
        ("http://host/v1?key=secret#m", "may hold no key"),
        ("http://host:port/v1#m", "not an address"),
        ("http://[::1/v1#m", "not an address"),
        ("http:///v1#m", "not an address"),
        ("http://ho st/v1#m", "not an address"),
        ("http://host/v1#", "--endpoint-model NAME"),
        ("http://host/v1#a\nb", "--endpoint-model NAME"),
    ],
)
def test_what_is_no_endpoint_is_refused(name, why):
    with pytest.raises(EndpointError, match=why) as error:
        parse_endpoint(name)
    assert "secret" not in str(error.value)


def test_a_slash_at_the_end_makes_no_difference():
    assert parse_endpoint("https://h/v1/#m").name == "https://h/v1#m"
