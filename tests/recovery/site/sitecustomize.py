"""Found by every Python process under test through PYTHONPATH: dbt's own process is counted as well."""

from tests.recovery.points import install_from_environment

install_from_environment(phase="dbt")
