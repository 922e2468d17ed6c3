"""What readers see: the audited version, one asset per published table, all switched at once, and the site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import dagster as dg

from dashboards.builder import Site
from orchestration.defs.ingest import FRESHNESS
from publishing.publish import Publication

AUDITED = dg.AssetKey(["publishing_next", "audited_version"])
PUBLICATION = dg.AssetKey(["published", "publication"])
SITE = dg.AssetSpec(
    "site",
    deps=[PUBLICATION],
    group_name="published",
    description="The dashboards: static pages of what is published.",
    kinds={"html"},
    skippable=True,
)
# What earlier nights closed and had hidden: publishing writes it, the next build reads it.
CLOSED = [
    dg.AssetSpec(
        ["closed", table],
        deps=[dg.AssetKey(["ops", "runs"])],
        group_name="closed",
        description=description,
        skippable=True,
    )
    for table, description in {
        "periods": "Closed weeks and months and their versions; a build leaves them as they were closed.",
        "contents": "Which marts hold rows of closed periods; a mart that none holds is built for all of them.",
        "hidden_groups": "Groups of figures that the linear audit had hidden; every build hides them.",
    }.items()
]
_AS_READ = "Readers see the last version that passed every test and the privacy audit."


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """A table under the name by which it is published, and the mart that it copies.

    Attributes:
        metadata: what is known of the mart and holds for its copy, as its columns.
        kinds: of the engine that holds it.
    """

    name: str
    mart: dg.AssetKey
    description: str
    metadata: Mapping[str, object] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()


def audited_spec(tables: Sequence[PublishedTable]) -> dg.AssetSpec:
    """The next version, which no reader sees yet."""
    return dg.AssetSpec(
        AUDITED,
        deps=[*(spec.key for spec in CLOSED), *(table.mart for table in tables)],
        group_name="audit",
        description="Every table of the next version, put together apart, after the privacy audits passed it.",
        skippable=True,
    )


def published_specs(tables: Sequence[PublishedTable]) -> list[dg.AssetSpec]:
    """Every published table after the mart it copies, and the publication row after all of them."""
    specs = [
        dg.AssetSpec(
            ["published", table.name],
            deps=[table.mart, AUDITED],
            group_name="published",
            description=f"{table.description}\n\n{_AS_READ}".strip(),
            metadata=dict(table.metadata),
            kinds={"table", *table.kinds},
            freshness_policy=FRESHNESS,
            skippable=True,
        )
        for table in tables
    ]
    publication = dg.AssetSpec(
        PUBLICATION,
        deps=[AUDITED, *(spec.key for spec in specs)],
        group_name="published",
        description="One row: which run is published, when, as of when, and how far its figures reach.",
        kinds={"table"},
        freshness_policy=FRESHNESS,
        skippable=True,
    )
    return [*specs, publication]


def publish_events(
    specs: Sequence[dg.AssetSpec], publication: Publication
) -> Iterator[dg.MaterializeResult[None]]:
    """All tables of the version that was switched to."""
    for spec in specs:
        name = spec.key.path[-1]
        if spec.key == PUBLICATION:
            yield dg.MaterializeResult(asset_key=spec.key, metadata=_of_all(publication))
        elif name in publication.tables:
            yield dg.MaterializeResult(
                asset_key=spec.key,
                metadata={"dagster/row_count": publication.counts[name], "run_id": publication.run_id},
            )


def site_event(site: Site) -> dg.MaterializeResult[None]:
    """The pages that were drawn."""
    return dg.MaterializeResult(
        asset_key=SITE.key,
        metadata={
            "page": dg.MetadataValue.path(str(site.index)),
            "pages": site.pages,
            "megabytes": round(site.size / 1e6, 2),
            "seconds": round(site.seconds, 2),
        },
    )


def _of_all(publication: Publication) -> dict[str, str | int]:
    newest = {f"newest_{kind}": str(reach.start) for kind, reach in publication.newest.items() if reach.start}
    return {
        "dagster/row_count": 1,
        "run_id": publication.run_id,
        "tables": len(publication.tables),
        "rows_of_all_tables": publication.rows,
        "periods_closed": len(publication.closed),
        "location": publication.location,
        **newest,
    }
