"""Editions: what each audience may see (marking, handling, suppression, release). Formatting is left to ``render``."""
