"""All benchmarks, one after the other: `make bench`."""

from importlib import import_module

NAMES = ("clicks", "app", "trainings", "throughput", "threshold", "growth", "algorithms")

for name in NAMES:
    benchmark = import_module(f"benchmarks.{name}")
    print(f"\n## {benchmark.__doc__.splitlines()[0]}\n", flush=True)
    benchmark.main()
