"""Ids of the components that callbacks name, and that stay the same in every layout."""

SHELL_ADDRESS = "shell-address"
SHELL_PAGES = "shell-pages"
SHELL_CURRENT = "shell-current"
SHELL_MENU = "shell-menu"
SHELL_NAV = "shell-nav"
SHELL_MAIN = "shell-main"

THEME_TOGGLE = "theme-toggle"
THEME_STORE = "theme-store"
THEME_PROVIDER = "theme-provider"
NOTIFICATIONS = "notifications"

EXPLORE_REGION = "explore-region"
EXPLORE_COUNTRY = "explore-country"
EXPLORE_YEAR = "explore-year"
EXPLORE_SEARCH = "explore-search"
EXPLORE_COLOR = "explore-color"
EXPLORE_SELECTION = "explore-selection-store"
EXPLORE_TABLE = "explore-table"
EXPLORE_DETAIL = "explore-detail"
EXPLORE_GRAPH = "explore-graph"
EXPLORE_SUMMARY = "explore-summary"
EXPLORE_EXPORT = "explore-export"
EXPLORE_DOWNLOAD = "explore-download"

PROFILE_FORM = "profile-form"
PROFILE_FIRST_NAME = "profile-first-name"
PROFILE_LAST_NAME = "profile-last-name"
PROFILE_AGE = "profile-age"
PROFILE_INFO = "profile-info"
PROFILE_LOAD = "profile-load"
PROFILE_SUBMIT = "profile-submit"
PROFILE_MESSAGE = "profile-message"
PROFILE_RECORD = "profile-record"
PROFILE_SAVED = "profile-saved"

REPORTS_MEASURE = "reports-measure"
REPORTS_RUN = "reports-run"
REPORTS_CANCEL = "reports-cancel"
REPORTS_STATUS = "reports-status"
REPORTS_PROGRESS = "reports-progress"
REPORTS_RESULT = "reports-result"
REPORTS_TABLE = "reports-table-store"
REPORTS_FILE = "reports-file"


def nav(name: str) -> str:
    """Return the id of the link, tab or anchor that leads to the page called `name`."""
    return f"nav-{name}"


def reports_download(measure: str) -> dict[str, str]:
    """Return the id of a download button; a callback makes the button, hence the pattern."""
    return {"type": "reports-download", "measure": measure}
