"""Only `import dbt.cli.main`: what no call of dbt can do without."""

from benchmarks.tasks.told import telling

if __name__ == "__main__":
    with telling():
        import dbt.cli.main  # noqa: F401
