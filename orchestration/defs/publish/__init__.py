"""What readers see: one asset per published table, all switched at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import dagster as dg

from orchestration.defs.ingest import FRESHNESS
from publishing.publish import Publication

SITE = dg.AssetSpec(
    "site",
    deps=[dg.AssetKey(["published", "publication"])],
    group_name="published",
    description="The dashboards: static pages of what is published.",
    skippable=True,
)
PUBLICATION = dg.AssetKey(["published", "publication"])
# What earlier nights' audits had hidden: publishing writes it, the next build reads it.
HIDDEN_GROUPS = dg.AssetSpec(
    ["closed", "hidden_groups"],
    group_name="published",
    description="Groups of figures that the linear audit had hidden; every build hides them.",
    skippable=True,
)


def published_specs(marts: Sequence[dg.AssetKey]) -> list[dg.AssetSpec]:
    """Every published table after the mart it copies, and the publication row after all of them."""
    tables = [
        dg.AssetSpec(
            ["published", mart.path[-1]],
            deps=[mart],
            group_name="published",
            description="As readers see it: the last version that passed every test and the privacy audit.",
            freshness_policy=FRESHNESS,
            skippable=True,
        )
        for mart in marts
    ]
    publication = dg.AssetSpec(
        PUBLICATION,
        deps=[table.key for table in tables],
        group_name="published",
        description="One row: which run is published, when, and as of when.",
        freshness_policy=FRESHNESS,
        skippable=True,
    )
    return [*tables, publication]


def publish_events(
    specs: Sequence[dg.AssetSpec], publication: Publication
) -> Iterator[dg.MaterializeResult[None]]:
    """All tables of the version that was switched to."""
    for spec in specs:
        if spec.key == PUBLICATION or spec.key.path[-1] in publication.tables:
            yield dg.MaterializeResult(asset_key=spec.key, metadata={"run_id": publication.run_id})
