"""The authority's services over HTTP: revocation lists, certificates, OCSP, timestamps."""

from vnsign.web.app import create_app
from vnsign.web.limits import ServiceLimits
from vnsign.web.server import Listener, RunningServer, listen, serve

__all__ = ["Listener", "RunningServer", "ServiceLimits", "create_app", "listen", "serve"]
