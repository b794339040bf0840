"""Ids of the components around the pages. They stay the same in every layout."""

SHELL_ADDRESS = "shell-address"
SHELL_PAGES = "shell-pages"
SHELL_CURRENT = "shell-current"
SHELL_MENU = "shell-menu"
SHELL_NAV = "shell-nav"
SHELL_MAIN = "shell-main"

THEME_TOGGLE = "theme-toggle"
THEME_PROVIDER = "theme-provider"
NOTIFICATIONS = "notifications"
