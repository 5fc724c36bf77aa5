"""The module that workers on this computer load first: they ignore Ctrl-C."""

from __future__ import annotations

import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that began the sweep handles Ctrl-C
