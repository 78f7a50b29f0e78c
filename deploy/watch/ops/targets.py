"""Whom to ask: services, their addresses, and the replicas behind each address right now."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

Targets = Mapping[str, tuple[str, ...]]
Resolve = Callable[[str, int], Awaitable[list[str]]]

_RESOLVE_SECONDS = 2.0


@dataclass(frozen=True, order=True)
class Replica:
    """One process of a service, by its address."""

    service: str
    instance: str

    def url(self, path: str) -> str:
        """An address of this replica and no other."""
        return f"http://{self.instance}{path}"


def parsed(text: str) -> Targets:
    """`identity=http://a:1|http://b:1,documents=http://c:2` by service.

    Raises:
        ValueError: it is not written so; names the part.
    """
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, addresses = part.partition("=")
        urls = tuple(filter(None, (a.strip() for a in addresses.split("|"))))
        if not name or not urls or not all(_is_address(url) for url in urls):
            message = f"not `service=http://host:port`: {part!r}"
            raise ValueError(message)
        found[name.strip()] = urls
    return found


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and bool(parts.hostname) and parts.port is not None
    except ValueError:
        return False


async def by_dns(host: str, port: int) -> list[str]:
    """Every address of a host name.

    Raises:
        OSError: there is no such name, or nobody answers.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(_RESOLVE_SECONDS):
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return sorted({str(entry[4][0]) for entry in found})


async def replicas(service: str, urls: tuple[str, ...], resolve: Resolve) -> list[Replica]:
    """The replicas of a service at this moment; none where no name can be resolved."""
    found: list[Replica] = []
    for url in urls:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 80
        try:
            addresses = [host] if _is_number(host) else await resolve(host, port)
        except (OSError, TimeoutError):
            continue
        found += [Replica(service, f"{_bracketed(a)}:{port}") for a in addresses]
    return sorted(set(found))


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
