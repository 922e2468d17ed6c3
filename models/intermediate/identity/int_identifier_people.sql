-- grain: one row an identifier of any kind and span: the person behind it
-- Hops: directory object, address and employee id are known; a GitHub login stands beside an
-- address or an employee id, a GitHub user beside its logins, a ChatGPT user beside an address.
with identity_links as (
    select * from {{ ref('int_identity_links') }}
),

known_identifiers as (
    select * from {{ ref('int_hris_identifiers') }}

    union all

    select * from {{ ref('int_directory_people') }}
),

login_links as (
    select *
    from identity_links
    where namespace = 'github-login'
),

login_candidates as (
    {{ follow_links('login_links', 'known_identifiers') }}
),

logins as (
    {{ resolve_candidates('login_candidates') }}
),

user_targets as (
    select * from known_identifiers

    union all

    select * from logins
),

user_links as (
    select *
    from identity_links
    where namespace in ('github-user', 'vendor-user/chatgpt')
),

user_candidates as (
    {{ follow_links('user_links', 'user_targets') }}
),

users as (
    {{ resolve_candidates('user_candidates') }}
),

final as (
    select
        namespace,
        id_token,
        person_token,
        valid_from,
        valid_to
    from user_targets

    union all

    select
        namespace,
        id_token,
        person_token,
        valid_from,
        valid_to
    from users
)

select * from final
