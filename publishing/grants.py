"""Who reads what on a warehouse with roles: readers get `published`, and everything else is shut to them.

dbt grants tables of the unpublished layers to their roles; a table is within reach only through its schema, so
the schemas are opened here. DuckDB has no roles: there the file system is the access control.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from runtime.environment import Environment
from runtime.errors import ConfigurationError
from runtime.roles import Roles, roles

if TYPE_CHECKING:
    from runtime.warehouse import WarehouseSession

PUBLISHED = "published"
_PIPELINE_LAYERS = ("staging", "intermediate", "marts", "reference")
_RESTRICTED_LAYERS = ("restricted",)
_BUILT = (*_PIPELINE_LAYERS, *_RESTRICTED_LAYERS, "closed", "publishing_next")
_STAGING_COPIES = "_staging"  # dlt's suffix for the dataset it merges from


def grant_readers(session: WarehouseSession, environment: Environment) -> None:
    """Let the readers' role see `published`, tables made later included, and nothing else of this deployment.

    Stands inside the transaction that publishes, before the switch, and may be repeated. Without
    `AI_USAGE_BI_ROLE` nobody new may read, and schemas are shut all the same.

    Raises:
        ConfigurationError: a role does not exist, or the readers' role reaches more than `published`.
    """
    if not session.engine.has_roles:
        return
    named = roles()
    _require_roles(session, named)
    present = frozenset(session.schemas())
    shut = [schema for schema in sorted(present) if _is_private(schema, environment) or schema == "public"]
    _close(session, shut, named.readers)
    for role, layers in ((named.pipeline, _PIPELINE_LAYERS), (named.restricted, _RESTRICTED_LAYERS)):
        if role:
            _open_schemas(session, role, [environment.schema(layer) for layer in layers], present)
    if named.readers:
        _open_published(session, named.readers, environment.schema(PUBLISHED))
        _require_only_published(session, named.readers, shut)


def _require_roles(session: WarehouseSession, named: Roles) -> None:
    variables = {
        "AI_USAGE_BI_ROLE": named.readers,
        "AI_USAGE_PIPELINE_ROLE": named.pipeline,
        "AI_USAGE_RESTRICTED_ROLE": named.restricted,
    }
    for variable, role in variables.items():
        if role and not session.value("select count(*) from pg_roles where rolname = %s", role):
            raise ConfigurationError(
                f"The role that {variable} names does not exist in the warehouse.",
                "Create it (docs/deploy.md) or leave the variable out; readers keep the last good version.",
            )


def _is_private(schema: str, environment: Environment) -> bool:
    """Whether a schema holds what this deployment loads or builds, and is not for readers."""
    loaded = schema.removesuffix(_STAGING_COPIES)
    return (
        schema in {environment.schema(layer) for layer in _BUILT}
        or loaded == environment.raw_schema("ops")
        or loaded.startswith(environment.raw_schema("raw_"))
    )


def _close(session: WarehouseSession, schemas: Iterable[str], readers: str | None) -> None:
    """Take away what everybody or the readers may do in these schemas, where it is ours to take.

    Asked first: what is not written cannot collide with another deployment in the same database. A table
    within a shut schema is out of reach whatever was granted on it.
    """
    for schema in schemas:
        for grantee in ("public", readers):
            if grantee and _holds_any(session, grantee, schema) and _is_ours(session, schema):
                name = "public" if grantee == "public" else session.name(grantee)
                session.execute(f"revoke all on schema {session.name(schema)} from {name}")


def _holds_any(session: WarehouseSession, grantee: str, schema: str) -> bool:
    """Whether the schema itself is granted to this role (`public`: to everybody)."""
    return bool(
        session.value(
            "select count(*) from pg_namespace as n "
            "cross join aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) as granted "
            "left join pg_roles as r on r.oid = granted.grantee "
            "where n.nspname = %s and coalesce(r.rolname, 'public') = %s",
            schema,
            grantee,
        )
    )


def _is_ours(session: WarehouseSession, schema: str) -> bool:
    return bool(
        session.value("select pg_has_role(nspowner, 'USAGE') from pg_namespace where nspname = %s", schema)
    )


def _open_schemas(
    session: WarehouseSession, role: str, schemas: Iterable[str], present: frozenset[str]
) -> None:
    for schema in schemas:
        if schema in present and not session.value(
            "select has_schema_privilege(%s, %s, 'USAGE')", role, schema
        ):
            session.execute(f"grant usage on schema {session.name(schema)} to {session.name(role)}")


def _open_published(session: WarehouseSession, role: str, schema: str) -> None:
    where, to = session.name(schema), session.name(role)
    session.execute(f"grant usage on schema {where} to {to}")
    session.execute(f"grant select on all tables in schema {where} to {to}")
    session.execute(f"alter default privileges in schema {where} grant select on tables to {to}")


def _require_only_published(session: WarehouseSession, role: str, shut: Iterable[str]) -> None:
    """A superuser, a membership in another role or a grant that is not ours to take would still let readers in.

    An empty `public` that belongs to somebody else holds nothing of ours.
    """
    for schema in shut:
        if schema != "public" and session.value("select has_schema_privilege(%s, %s, 'USAGE')", role, schema):
            raise ConfigurationError(
                f"The role of AI_USAGE_BI_ROLE can still use the schema {schema}.",
                "Take away its other memberships and rights; readers keep the last good version.",
            )
