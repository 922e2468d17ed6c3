-- grain: one row an identifier that the company declares not to be a person
-- The company names what it knows (a login, an address); the account of a feed may stand one or two
-- links away from it.
with service_accounts as (
    select * from {{ ref('stg_company__service_accounts') }}
),

identity_links as (
    select * from {{ ref('int_identity_links') }}
),

declared as (
    select distinct
        namespace,
        id_token
    from service_accounts
),

one_link_away as (
    select
        identity_links.namespace,
        identity_links.id_token
    from identity_links
    inner join declared
        on identity_links.target_namespace = declared.namespace
            and identity_links.target_token = declared.id_token
),

two_links_away as (
    select
        identity_links.namespace,
        identity_links.id_token
    from identity_links
    inner join one_link_away
        on identity_links.target_namespace = one_link_away.namespace
            and identity_links.target_token = one_link_away.id_token
),

final as (
    select * from declared

    union distinct

    select * from one_link_away

    union distinct

    select * from two_links_away
)

select * from final
