"""Where webhooks may go: what a URL may be, and which addresses its name may have.

Pure. A tenant chooses the URL, we send from inside our own account: whatever is not plainly a
public server on the internet is refused, by the URL's form and, at every connection, by each
address of its name.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from rappro.domain.errors import InvalidRequest
from rappro.domain.frozen import dataclass

URL_CHARS_MAX: Final = 2_000
PORTS: Final = frozenset({443, 8443})
_HOST_CHARS_MAX: Final = 253
_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[^\x00-\x20\x7f/?#@:\\\[\]%]+)(:(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?P<query>\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?"
)
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?", re.ASCII)
_TOP: Final = re.compile(r"[a-z][a-z-]*|xn--[a-z0-9-]+", re.ASCII)
_DEVIATIONS: Final = frozenset("ßς\u200c\u200d")
"""Signs that the two standards of international names spell differently: no one knows which."""
_LOCAL_NAMES: Final = frozenset(
    {"localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private",
     "arpa", "test", "example", "invalid", "onion", "alt"}
)  # fmt: skip
"""Last labels that name nothing on the internet (RFC 6761, 6762, 7686, 8375, 9476)."""
_OWN_HOST: Final = frozenset({"127.0.0.1", "localhost"})


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that was found good, its parts as they are used; `host` is ASCII, in lower case."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The URL in its one spelling."""
        standard = {"https": 443, "http": 80}[self.scheme]
        port = "" if self.port == standard else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}{self.path}"


def target_of(url: str, *, is_local: bool = False) -> Target:
    """Return where a URL leads. Raises InvalidRequest, at /url.

    https, a name and no address, a port of PORTS, no user, no fragment. `is_local`, on a
    developer's machine alone, also lets http and any port of this machine in.
    """
    found = _URL.fullmatch(url) if len(url) <= URL_CHARS_MAX else None
    if found is None:
        raise _refused(
            f"an address https://name/path of {URL_CHARS_MAX} characters at most, without user,"
            " fragment, spaces or numeric address"
        )
    host, scheme = _ascii(found["host"]), found["scheme"]
    port = int(found["port"] or {"https": 443, "http": 80}[scheme])
    target = Target(scheme, host, port, (found["path"] or "/") + (found["query"] or ""))
    if is_local and host in _OWN_HOST and 0 < port < 2**16:
        return target
    if scheme != "https":
        raise _refused("only https")
    if port not in PORTS:
        raise _refused(f"only the ports {', '.join(str(one) for one in sorted(PORTS))}")
    _check_name(host)
    return target


def _ascii(host: str) -> str:
    """Return a name as DNS has it; full-width signs and other dots become plain ones here."""
    if _DEVIATIONS & set(host):
        raise _refused("a name with ß, ς or a joiner: give it as it is registered (xn--…)")
    try:
        return host.encode("idna").decode().lower().removesuffix(".")
    except UnicodeError as error:
        raise _refused("not a name of the internet") from error


def _check_name(host: str) -> None:
    labels = host.split(".")
    if len(host) > _HOST_CHARS_MAX or not all(_LABEL.fullmatch(label) for label in labels):
        raise _refused("not a name of the internet")
    # No top-level domain is a number: this also refuses addresses in all their spellings.
    if len(labels) < 2 or not _TOP.fullmatch(labels[-1]) or labels[-1] in _LOCAL_NAMES:
        raise _refused("a public name of the internet, no address and no name of a private network")


def _refused(why: str) -> InvalidRequest:
    return InvalidRequest(why, position="/url")


_NOT_PUBLIC_V4: Final = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # a cloud's host service on an address that looks public
    )
)  # fmt: skip
"""IANA's special-purpose IPv4 addresses; spelled out, as Python's own list has changed."""
_PUBLIC_V6: Final = IPv6Network("2000::/3")
_NOT_PUBLIC_V6: Final = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32", "2002::/16",  # documentation; 6to4 holds an IPv4 address
        "3fff::/20", "3ffe::/16",  # documentation; the closed 6bone
    )
)  # fmt: skip


def is_public(address: str) -> bool:
    """Say whether an address, as a resolver gives it, is one of a public server.

    IPv6 outside 2000::/3 is not: loopback, link-local, unique local, multicast, IPv4-mapped and
    -compatible, NAT64. Nor is what holds an IPv4 address inside it, whichever that is.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False  # also one with a zone's name that does not parse
    if isinstance(found, IPv4Address):
        return not any(found in network for network in _NOT_PUBLIC_V4) and found.is_global
    assert isinstance(found, IPv6Address)
    if found.scope_id is not None or found not in _PUBLIC_V6:
        return False
    return not any(found in network for network in _NOT_PUBLIC_V6) and found.is_global
