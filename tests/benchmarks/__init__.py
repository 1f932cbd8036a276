"""Measurements against planted truth and against what people use today; run by ``make bench``."""
