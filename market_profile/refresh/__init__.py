"""The monthly refresh in plain Python: the only place that reads, stores and writes together.

Every step is a function of ``steps``; ``run.refresh`` is all of them in one call, and ``flows/`` calls the same ones
as Prefect tasks.
"""
