"""Chinese figures in groups of three, as on bank statements; Django's data leave them ungrouped."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
