"""The rules, each in a module of its own."""

from dashgen.check.findings import Rule
from dashgen.check.rules import (
    after_run,
    argument_count,
    background_manager,
    circular,
    duplicate_at_start,
    duplicate_output,
    frame_changed,
    frame_returned,
    global_written,
    lost_update,
    removed_api,
    return_count,
    unknown_id,
    unknown_option,
    unknown_property,
)

RULES: tuple[Rule, ...] = (
    unknown_id.RULE,
    unknown_property.RULE,
    argument_count.RULE,
    return_count.RULE,
    duplicate_output.RULE,
    duplicate_at_start.RULE,
    after_run.RULE,
    frame_returned.RULE,
    background_manager.RULE,
    removed_api.RULE,
    unknown_option.RULE,
    lost_update.RULE,
    global_written.RULE,
    frame_changed.RULE,
    circular.RULE,
)
"""All rules, in the order of their identifiers."""
