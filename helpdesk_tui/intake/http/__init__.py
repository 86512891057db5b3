"""The HTTP listener for monitoring systems: `config` (who may send), `auth` (proof), `server` (the socket), `metrics`."""
