"""All benchmarks, one after the other: `make bench`."""

from importlib import import_module

for name in ("clicks", "app", "throughput", "threshold", "growth", "algorithms"):
    benchmark = import_module(f"benchmarks.{name}")
    print(f"\n## {benchmark.__doc__.splitlines()[0]}\n", flush=True)
    benchmark.main()
