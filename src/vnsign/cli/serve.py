"""``vnsign serve``: the services of an authority over HTTP, until told to stop.

One process, many requests at once. Several may serve one authority behind a proxy: what they share is the database.
"""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import click

from vnsign.authority import Authority, Issuer
from vnsign.cli.ca.options import Access, json_option, reading_options
from vnsign.errors import VnsignError
from vnsign.web import create_app
from vnsign.web import serve as run_server
from vnsign.web.limits import ServiceLimits

_DEFAULT_PORT = 8080
_DEFAULTS = ServiceLimits()
_ANY_RATE = "none"
_SHORTEST_PAUSE = timedelta(minutes=1)
#: What is served, below the base URL.
_ROUTES = {
    "crl": ("/crl/root.crl", "/crl/issuing.crl", "/crl/root-delta.crl", "/crl/issuing-delta.crl"),
    "certificates": ("/crt/root.crt", "/crt/issuing.crt"),
    "ocsp": ("/ocsp", "/ocsp/root"),
    "tsa": ("/tsa",),
}


@click.command(
    epilog="Example: vnsign serve --ca authority --host 0.0.0.0 --port 8080. Stops with exit code 0 on SIGINT and "
    "SIGTERM, after the requests under way."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0: every one.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=_DEFAULT_PORT,
    show_default=True,
    help="Port to listen on; 0: any free one.",
)
@click.option(
    "--rate",
    default=_DEFAULTS.rate,
    show_default=True,
    help="Requests of one client address, such as 100/second; none: any number.",
)
@click.option(
    "--proxies",
    type=click.IntRange(min=0),
    default=_DEFAULTS.trusted_proxies,
    show_default=True,
    help="Proxies before the service that write X-Forwarded-For; 0 believes nobody.",
)
@json_option
@reading_options
def serve(access: Access, *, host: str, port: int, rate: str, proxies: int, as_json: bool) -> None:
    """Serve revocation lists, OCSP, certificates and timestamps of an authority.

    Lists are made when asked for, OCSP answers signed ahead; nothing has to be started beside it. Plain HTTP: all of
    it is signed.
    """
    authority = access.open()
    app = create_app(authority, limits=ServiceLimits(rate=None if rate == _ANY_RATE else rate, trusted_proxies=proxies))
    with _stop_signal() as stop, run_server(app, host=host, port=port) as server:
        urls = {name: [server.base_url + route for route in routes] for name, routes in _ROUTES.items()}
        if as_json:
            click.echo(json.dumps({"listening": server.base_url, "base_url": authority.base_url, "urls": urls}))
        else:
            click.echo(f"{server.base_url} ({authority.base_url})")
            for name, addresses in urls.items():
                click.echo(f"  {name}: {' '.join(addresses)}")
        if server.base_url != authority.base_url:
            click.echo(
                f"Note: the certificates say {authority.base_url}; a proxy must lead from there to {server.base_url}.",
                err=True,
            )
        # Beside the main thread, which waits for the signal, and ended with it.
        threading.Thread(target=sign_ahead, args=(authority, stop), name="vnsign-presign", daemon=True).start()
        stop.wait()


def sign_ahead(authority: Authority, stop: threading.Event) -> None:
    """Sign OCSP answers before anybody asks, at once and whenever half of their life is over, until ``stop`` is set.

    What fails (a busy database, a responder's key that is not there) is tried again; answers are signed when asked for.
    """
    while True:
        pause = _SHORTEST_PAUSE
        for issuer in Issuer:
            with suppress(VnsignError):
                authority.presign(issuer)
        with suppress(VnsignError):
            pause = max(pause, authority.settings.ocsp_lifetime / 2)
        if stop.wait(pause.total_seconds()):
            return


@contextmanager
def _stop_signal() -> Iterator[threading.Event]:
    """Give an event that SIGINT and SIGTERM set instead of what they usually do."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
