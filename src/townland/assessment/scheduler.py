"""Where the scheduler of a Dask cluster is, and whether what goes there is encrypted."""

from __future__ import annotations

import json
import ssl
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from townland.documents import why_unread
from townland.errors import TownlandError
from townland.i18n import _

if TYPE_CHECKING:
    from distributed.security import Security

SETTINGS = (
    "distributed.comm.tls.ca-file",
    "distributed.comm.tls.client.cert",
    "distributed.comm.tls.client.key",
)
"""Where Dask's configuration names the certificates of a client."""


def scheduler_address(address: str | None, file: Path | None, *, insecure: bool = False) -> str:
    """The address of a scheduler, as it is named or as its file holds it.

    What arrives there is run there, and what comes back is read here: without encryption, only on this
    machine.

    Parameters
    ----------
    address
        ``tls://HOST:PORT``, or ``tcp://`` on this machine.
    file
        What Dask's ``--scheduler-file`` wrote.
    insecure
        Whether other machines may be spoken to without encryption.

    Raises
    ------
    TownlandError
        Both are named; the file holds no address; the address is none, or insecure.

    Examples
    --------
    >>> scheduler_address("tcp://127.0.0.1:8786", None)
    'tcp://127.0.0.1:8786'
    >>> scheduler_address("tcp://192.168.1.7:8786", None)
    Traceback (most recent call last):
    ...
    townland.errors.TownlandError: ...
    """
    if address is not None and file is not None:
        raise TownlandError(_("--scheduler and --scheduler-file name two clusters; name one"))
    named = _address_in(file) if file is not None else address or ""
    try:
        parts = urlsplit(named)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    if scheme not in {"tls", "tcp"} or not host or port is None:
        raise TownlandError(
            _(
                "{address} is no address of a scheduler; write tls://HOST:PORT, or tcp://127.0.0.1:PORT"
                " on this machine",
                address=named,
            )
        )
    if scheme == "tcp" and not insecure and not _is_here(host):
        raise TownlandError(
            _(
                "{address}: without TLS whoever is on the network reads the land and runs programs on"
                " the workers; start the cluster with certificates and name it tls://{host}:{port}"
                " (docs/scale.md says how), or say --insecure-scheduler",
                address=named,
                host=host,
                port=port,
            )
        )
    return named


def _address_in(file: Path) -> str:
    """The address in a file that Dask's scheduler wrote."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise TownlandError(
            _("{reason} (--scheduler-file names the file that `dask scheduler` wrote)",
              reason=why_unread(file, problem))
        ) from None  # fmt: skip
    except ValueError as problem:
        content, reason = None, str(problem)
    else:
        reason = ""
    address = content.get("address") if isinstance(content, dict) else None
    if isinstance(address, str):
        return address
    raise TownlandError(
        _(
            "{file} holds no address of a scheduler ({reason}); it is what `dask scheduler"
            " --scheduler-file` writes",
            file=file.as_posix(),
            reason=reason or "address",
        )
    )


def _is_here(host: str) -> bool:
    """Whether a host is this machine whoever is asked: nothing is looked up."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def client_security(address: str) -> Security:
    """The certificates that Dask's configuration names.

    Raises
    ------
    TownlandError
        It names none, and the address needs them; they cannot be read; or it requires them, and the
        address is without.
    """
    from distributed.security import Security

    try:
        security = Security()
        context = security.get_connection_args("client")["ssl_context"]
    except (OSError, ssl.SSLError, ValueError) as problem:
        raise TownlandError(
            _(
                "the certificates that Dask's configuration names cannot be used ({reason}); look at"
                " {settings}",
                reason=str(problem),
                settings=", ".join(SETTINGS),
            )
        ) from problem
    if security.require_encryption and not address.startswith("tls:"):
        raise TownlandError(
            _(
                "{address}: Dask's configuration requires encryption"
                " (distributed.comm.require-encryption); name the cluster tls://HOST:PORT",
                address=address,
            )
        )
    if address.startswith("tls:") and context is None:
        raise TownlandError(
            _(
                "{address}: Dask's configuration names no certificates; set {settings} (docs/scale.md"
                " says how)",
                address=address,
                settings=", ".join(SETTINGS),
            )
        )
    return security
