"""The web server: `gunicorn -c config/gunicorn.py config.wsgi`."""

import gc
import os
from typing import Any

bind = os.environ.get("DOORSTEP_BIND", "127.0.0.1:8000")
worker_class = "gthread"  # phones upload slowly; a thread that waits for one costs little
workers = int(os.environ.get("DOORSTEP_WEB_PROCESSES", "2"))
threads = int(os.environ.get("DOORSTEP_THREADS", "4"))
preload_app = True
timeout = 60
graceful_timeout = 10
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
limit_request_line = 4094
limit_request_field_size = 8190
accesslog = None
errorlog = "-"
loglevel = "warning"
control_socket_disable = True
raw_env = ["DOORSTEP_ROLE=web"]


def settle() -> None:
    """Leave what was loaded at the start out of every later collection of garbage.

    It lives as long as the process; looking through it took a page in twenty as long as the page itself.
    """
    gc.collect()
    gc.freeze()


def when_ready(_server: Any) -> None:
    """Before the processes are forked, so that they go on sharing that memory too."""
    settle()
