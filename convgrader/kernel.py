"""Execute a notebook in a kernel of its own, whose start is tried again where another process took its port."""

from __future__ import annotations

import atexit

from nbclient import NotebookClient

STARTS = 3


def execute(client: NotebookClient) -> None:
    """Run the client's notebook in place.

    A kernel is given ports that were free a moment before. Where two start at once, one may find its port taken and
    die before it ran anything; then a new one begins.

    Parameters
    ----------
    client : NotebookClient

    Raises
    ------
    RuntimeError
        If the kernel dies at its third start too; and what nbclient raises for a cell.
    """
    for start in range(1, STARTS + 1):
        try:
            client.execute()
            return
        except RuntimeError as error:
            atexit.unregister(client._cleanup_kernel)  # nbclient forgets it where the start fails
            if start == STARTS or "died before replying" not in str(error):
                raise
