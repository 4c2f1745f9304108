"""The authority's services over HTTP: revocation lists, certificates, timestamps."""

from vnsign.web.app import create_app
from vnsign.web.server import Listener, RunningServer, listen, serve

__all__ = ["Listener", "RunningServer", "create_app", "listen", "serve"]
