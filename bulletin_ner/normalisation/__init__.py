"""From surface forms to values: counts, dates, officials' roles."""
