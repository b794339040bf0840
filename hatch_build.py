"""Packs the template's history into what is built; updates merge from it."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class HistoryHook(BuildHookInterface[Any]):
    """Adds the bundle of the versions with a tag, and of the one being built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the bundle, before anything is packed."""
        if self.target_name == "wheel" and version == "editable":
            # A checkout makes its history when it needs it.
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        from dashgen.releases import build, bundle

        file = Path(self.directory) / "template.bundle"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(build.build(root, self.metadata.version).to_bytes())
        build_data["force_include"][str(file)] = f"dashgen/{bundle.PACKED}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leave nothing but what was asked for in the folder of the builds."""
        (Path(self.directory) / "template.bundle").unlink(missing_ok=True)
