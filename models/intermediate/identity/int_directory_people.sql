-- grain: one row a directory object or directory address and span: the person behind it
-- The directory knows two addresses of a person (principal name and mail). Where the HRIS knows
-- only one, the other is followed through the directory object.
with identity_links as (
    select * from {{ ref('int_identity_links') }}
),

hris_identifiers as (
    select * from {{ ref('int_hris_identifiers') }}
),

directory_links as (
    select *
    from identity_links
    where namespace = 'entra-object'
),

object_candidates as (
    {{ follow_links('directory_links', 'hris_identifiers') }}
),

objects as (
    {{ resolve_candidates('object_candidates') }}
),

known_objects as (
    select
        objects.*,
        {{ date_bound('first') }} as known_since
    from objects
),

known_addresses as (
    select distinct id_token
    from hris_identifiers
    where namespace = 'person-email'
),

unknown_address_links as (
    select
        directory_links.target_namespace as namespace,
        directory_links.target_token as id_token,
        directory_links.namespace as target_namespace,
        directory_links.id_token as target_token,
        directory_links.method_rank,
        directory_links.first_month,
        directory_links.last_observed_on,
        {{ date_bound('last') }} as held_to,
        directory_links.valid_from,
        directory_links.valid_to
    from directory_links
    left join known_addresses
        on directory_links.target_token = known_addresses.id_token
    where
        directory_links.target_namespace = 'person-email'
        and known_addresses.id_token is null
),

address_candidates as (
    {{ follow_links('unknown_address_links', 'known_objects') }}
),

addresses as (
    {{ resolve_candidates('address_candidates') }}
),

final as (
    select * from known_objects

    union all

    select
        addresses.*,
        {{ date_bound('first') }} as known_since
    from addresses
)

select * from final
