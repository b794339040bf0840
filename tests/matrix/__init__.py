"""Every variant: rendered, read, booted; and pairs of choices on their own."""
