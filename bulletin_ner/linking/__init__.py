"""The learnt linker: which place and date a figure holds for, scored over all mentions of a document at once."""
