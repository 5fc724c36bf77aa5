"""What a worker of this machine's own cluster loads first."""

from __future__ import annotations

import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who began the sweep
