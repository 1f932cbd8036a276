"""Contracts: record kinds, their columns, checks and quarantine reasons; every column is declared once."""
