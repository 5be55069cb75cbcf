"""How plays at random are played: the same ones every time, and told as they were played."""

from hypothesis import HealthCheck, Phase, settings


def plays(count: int) -> settings:
    """Settings for a test of so many plays."""
    return settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # a failing play is short enough to be read as it is
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
    )
