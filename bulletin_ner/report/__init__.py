"""A report on many bulletins: read results, make tables of them, draw the tables, write one page."""
