"""Where webhooks may go: public servers over https, by name, and nothing that only looks so."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rappro.domain.errors import InvalidRequest
from rappro.domain.webhook_targets import is_public, target_of

NOT_PUBLIC = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254",
    "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.0.1", "169.254.169.254",
    "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1",
    "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:169.254.169.254", "::127.0.0.1",
    "::8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1",
    "2001::1", "2001:0:53aa:64c:0:fff0:f5ff:fffe", "2001:2::1", "2001:10::1", "2001:20::1",
    "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:808:808::1", "3ffe::1", "3fff::1",
    "4000::1", "5f00::1", "2606:4700::1111%eth0",
    "", "localhost", "127.1", "0x7f.0.0.1", "2130706433", "8.8.8.8.8", "8.8.8", "08.8.8.8",
]  # fmt: skip


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_no_public_server_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "52.47.1.2", "100.63.255.255", "100.128.0.1", "172.15.0.1",
                "172.32.0.1", "2606:4700:4700::1111", "2a00:1450:4007::200e", "2001:4860::8888"]
)  # fmt: skip
def test_a_public_server_may_be_reached(address: str) -> None:
    assert is_public(address)


@settings(max_examples=50)
@given(st.ip_addresses(v=4))
def test_no_ipv4_address_is_public_by_being_written_as_ipv6(address: IPv4Address) -> None:
    number = int(address)
    disguised = [
        IPv6Address(number), IPv6Address((0xFFFF << 32) | number),
        IPv6Address((0x64FF9B << 96) | number), IPv6Address((0x2002 << 112) | (number << 80)),
        IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF)),
    ]  # fmt: skip

    assert not any(is_public(str(one)) for one in disguised)


@settings(max_examples=50)
@given(st.ip_addresses())
def test_what_is_public_is_nothing_of_what_python_calls_special(
    address: IPv4Address | IPv6Address,
) -> None:
    found = ip_address(str(address))
    is_special = (
        found.is_private or found.is_loopback or found.is_link_local or found.is_multicast
        or found.is_reserved or found.is_unspecified
    )  # fmt: skip

    assert not (is_public(str(address)) and is_special)


REFUSED = [
    "", "erp.client.fr", "//erp.client.fr/", "ftp://erp.client.fr/", "file:///etc/passwd",
    "http://erp.client.fr/", "HTTPS://erp.client.fr/", "https:/erp.client.fr", "https:///x",
    "https://user@erp.client.fr/", "https://user:pass@erp.client.fr/", "https://@erp.client.fr/",
    "https://erp.client.fr#x", "https://erp.client.fr/#x", "https://erp.client.fr\\@evil.fr/",
    "https://erp.client.fr:80/", "https://erp.client.fr:22/", "https://erp.client.fr:0443x/",
    "https://erp.client.fr:99999/", "https://erp.client.fr:/", "https://erp.client.fr /",
    "https://erp.client.fr/a b", "https://erp.client.fr/\r\nX-Evil: 1", "https://erp.client.fr/\t",
    "\nhttps://erp.client.fr/", "https://erp.client.fr/é", "https://erp..client.fr/",
    "https://.client.fr/", "https://-erp.client.fr/", "https://erp.client.f_r/",
    "https://localhost/", "https://localhost./", "https://LOCALHOST/", "https://api.localhost/",
    "https://erp/", "https://erp.local/", "https://erp.internal/", "https://metadata.google.internal/",
    "https://router.home.arpa/", "https://erp.lan/", "https://erp.corp/", "https://erp.test/",
    "https://erp.example/", "https://erp.invalid/", "https://erp.onion/",
    "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
    "https://0x7f.0x0.0x0.0x1/", "https://017700000001/", "https://0177.0.0.1/", "https://8.8.8.8/",
    "https://169.254.169.254/latest/meta-data/", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
    "https://[fd00:ec2::254]/", "https://[fe80::1%25eth0]/", "https://１２７.0.0.1/",
    "https://127。0。0。1/", "https://①②⑦.⓪.⓪.①/", "https://ⓛocalhost/", "https://localh\u00adost/",
    "https://erp.client.fr%2eevil.fr/", "https://erp%00.client.fr/", "https://stra\u00dfe.de/",
    "https://erp\u200d.client.fr/", "https://" + "a" * 64 + ".fr/", "https://" + "a." * 130 + "fr/",
    "https://erp.client.fr/" + "a" * 2000,
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_a_url_that_is_not_plainly_a_public_server_is_refused(url: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        target_of(url)

    assert refusal.value.position == "/url"


@pytest.mark.parametrize(
    ("url", "spelled"),
    [
        ("https://erp.client.fr", "https://erp.client.fr/"),
        ("https://erp.client.fr.", "https://erp.client.fr/"),
        ("https://ERP.Client.FR:443/a/../b?x=1&y=%20", "https://erp.client.fr/a/../b?x=1&y=%20"),
        ("https://erp.client.fr:8443/hook", "https://erp.client.fr:8443/hook"),
        ("https://été.client.fr/", "https://xn--t-9fab.client.fr/"),
        ("https://erp。client。fr/", "https://erp.client.fr/"),
        ("https://xn--t-9fab.client.fr/", "https://xn--t-9fab.client.fr/"),
    ],
)
def test_a_good_url_has_one_spelling(url: str, spelled: str) -> None:
    assert target_of(url).url == spelled


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/hook", "http://localhost:9/", "https://127.0.0.1:1/"]
)
def test_only_the_local_stack_reaches_this_machine(url: str) -> None:
    assert target_of(url, is_local=True).url == url
    with pytest.raises(InvalidRequest):
        target_of(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.2/", "http://169.254.169.254/", "http://10.0.0.1/", "http://erp.lan/"]
)
def test_even_the_local_stack_reaches_no_other_machine(url: str) -> None:
    with pytest.raises(InvalidRequest):
        target_of(url, is_local=True)


@settings(max_examples=50)
@given(st.text(max_size=80))
def test_whatever_is_asked_is_refused_or_becomes_a_public_name(text: str) -> None:
    try:
        target = target_of("https://" + text)
    except InvalidRequest:
        return

    assert target.scheme == "https"
    assert target.host.isascii()
    assert "." in target.host
    assert target_of(target.url) == target
