"""The tests and the benchmarks of market-profile."""
