"""Large pages for the memory of a large circuit.

ngspice keeps the ports, nodes and parts of event circuits in lists, and walks through them for
every port that it reads: loading such a circuit takes as long as finding its memory. Linux maps
memory in pages of 2 MB where it is asked to, which a processor finds sooner.
"""

from __future__ import annotations

import ctypes

PAGE = 2**21  # bytes
SMALL_PAGE = 4096
CHUNK = 100_000  # bytes, of which the C library takes many from the heap before it grows
CHUNKS = 40
TOP_PAD = -2  # M_TOP_PAD of mallopt: by how much the heap grows at once, and what it keeps
HUGE_PAGE = 14  # MADV_HUGEPAGE of madvise


def use_large_pages(size: int) -> bool:
    """Let the heap of this process grow by ``size`` bytes, in large pages where they are touched.

    Return whether the system does so: a C library or a kernel that does not changes nothing.
    """
    library = ctypes.CDLL(None)
    try:
        grow, advise, end_of = library.mallopt, library.madvise, library.sbrk
        take, give = library.malloc, library.free
    except AttributeError:
        return False
    end_of.argtypes, end_of.restype = [ctypes.c_ssize_t], ctypes.c_size_t
    take.argtypes, take.restype = [ctypes.c_size_t], ctypes.c_size_t
    give.argtypes = [ctypes.c_size_t]
    advise.argtypes = [ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int]
    begin = end_of(0)
    grow(TOP_PAD, size)
    taken = [take(CHUNK) for _ in range(CHUNKS)]
    for address in taken:
        give(address)
    first, last = -(-begin // PAGE) * PAGE, end_of(0) // SMALL_PAGE * SMALL_PAGE
    return bool(last > first and advise(first, last - first, HUGE_PAGE) == 0)
