"""The outside world behind the ports: clock, files, PKCS#12, HTTP services, trust folder."""
