"""Ids of the page's components that callbacks name; they are the page's name and a role."""

MEASURE = "reports-measure"
RUN = "reports-run"
CANCEL = "reports-cancel"
STATUS = "reports-status"
PROGRESS = "reports-progress"
RESULT = "reports-result"
TABLE = "reports-table-store"
FILE = "reports-file"


def download(measure: str) -> dict[str, str]:
    """Return the id of a download button; a callback makes the button, hence the pattern."""
    return {"type": "reports-download", "measure": measure}
