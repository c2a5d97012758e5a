"""A cure for Panel 1.9, which can leave what it has to tell a browser lying until something else happens."""

from bokeh.document import Document
from panel.io import document as of_panel

AS_SHIPPED = getattr(of_panel, "_dispatch_msgs", None)  # a later Panel may have no such function, and need no cure


def lose_none() -> None:
    """Let messages that come while earlier ones are being written be written too.

    As shipped, the task that ends first takes away the mark by which the next one knows that it is needed: a lens that
    was opened at such a moment stays away until the next click.
    """
    if AS_SHIPPED:
        of_panel._dispatch_msgs = _dispatch


async def _dispatch(document: Document) -> None:
    await AS_SHIPPED(document)
    if document in of_panel._WRITE_MSGS and document not in of_panel._WRITE_BLOCK:
        of_panel._WRITE_BLOCK[document] = True
        of_panel._dispatch_write_task(document, _dispatch, document)
