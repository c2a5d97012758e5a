"""Under which names and addresses a server is reached."""

import ipaddress
import re
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

import psutil

LOOPBACK = ("localhost", "127.0.0.1")


def is_local(address: str) -> bool:
    """Does nobody but this machine reach an address to listen on?"""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def names_of(address: str, port: int, origins: Iterable[str] = ()) -> list[str]:
    """The names, with ports, under which pages may reach the server: an address to listen on, and what a proxy adds.

    A machine that lets others in has all of its own names and addresses.
    """
    hosts = {*LOOPBACK, address} if is_local(address) else {*LOOPBACK, address, *_names_of_this_machine()}
    return sorted({f"{in_url(host)}:{port}" for host in hosts} | {host_of(origin) for origin in origins})


def in_url(host: str) -> str:
    """A name or an address as a URL has it: one of IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def host_of(origin: str) -> str:
    """The name and port of an origin as a browser writes it, "https://maps.example.org:8443"; the scheme may lack.

    Raises ValueError where it is none.
    """
    scheme, _, rest = origin.rpartition("://")
    host = rest.rstrip("/").lower()
    if scheme not in ("", "http", "https") or not re.fullmatch(r"([\w.-]+|\[[\da-f:.]+\])(:\d+)?", host):
        raise ValueError(f"{origin!r} is not an origin. Give what stands before the path: https://maps.example.org")
    return host


def name_of(origin: str) -> str:
    """The name, or the address, in an origin, without its port."""
    return urlsplit(f"//{origin.rpartition('://')[2]}").hostname or ""


def _names_of_this_machine() -> set[str]:
    found = {socket.gethostname(), socket.getfqdn()}
    for addresses in psutil.net_if_addrs().values():
        found |= {a.address.partition("%")[0] for a in addresses if a.family in (socket.AF_INET, socket.AF_INET6)}
    return {name.lower() for name in found}
