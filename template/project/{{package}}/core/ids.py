"""Ids of the components around the pages. They stay the same in every layout.

All begin with `shell-`, so that a page of your own may have an id such as `notifications`.
"""

SHELL_ADDRESS = "shell-address"
SHELL_PAGES = "shell-pages"
SHELL_CURRENT = "shell-current"
SHELL_MENU = "shell-menu"
SHELL_NAV = "shell-nav"
SHELL_MAIN = "shell-main"

THEME_TOGGLE = "shell-theme-toggle"
THEME_PROVIDER = "shell-theme-provider"
NOTIFICATIONS = "shell-notifications"
