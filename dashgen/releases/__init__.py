"""The versions of templates: the bundle's format, the build, those here and elsewhere."""
