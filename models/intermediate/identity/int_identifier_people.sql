-- grain: one row an identifier of any kind and span: the person behind it
-- Hops: directory object, address and employee id are known; a GitHub login stands beside an
-- address or an employee id, a GitHub user beside its logins, another vendor's user beside an address.
with identity_links as (
    select * from {{ ref('int_identity_links') }}
),

known_identifiers as (
    select
        namespace,
        id_token,
        person_token,
        known_since,
        valid_from,
        valid_to
    from {{ ref('int_hris_identifiers') }}

    union all

    select
        namespace,
        id_token,
        person_token,
        known_since,
        valid_from,
        valid_to
    from {{ ref('int_directory_people') }}
),

-- A login that passed from one GitHub user to another is one identifier for each of them: what was seen
-- beside it speaks of the user who held it then.
passed_logins as (
    select
        id_token as holder_token,
        target_token as login_token,
        held_from,
        held_to
    from identity_links
    where
        namespace = 'github-user'
        and target_namespace = 'github-login'
        and (held_from > {{ date_bound('first') }} or held_to < {{ date_bound('last') }})
),

login_links as (
    select
        identity_links.namespace,
        {{ held_login('identity_links.id_token', 'passed_logins.holder_token') }} as id_token,
        identity_links.target_namespace,
        identity_links.target_token,
        identity_links.method_rank,
        identity_links.first_month,
        identity_links.last_observed_on,
        {{ date_bound('last') }} as held_to,
        identity_links.valid_from,
        identity_links.valid_to
    from identity_links
    left join passed_logins
        on identity_links.id_token = passed_logins.login_token
    where
        identity_links.namespace = 'github-login'
        and (
            passed_logins.login_token is null
            or (
                identity_links.first_seen_on < passed_logins.held_to
                and identity_links.last_observed_on >= passed_logins.held_from
            )
        )
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

    select
        namespace,
        id_token,
        person_token,
        {{ date_bound('first') }} as known_since,
        valid_from,
        valid_to
    from logins
),

user_links as (
    select
        identity_links.namespace,
        identity_links.id_token,
        identity_links.target_namespace,
        {{ held_login('identity_links.target_token', 'passed_logins.holder_token') }} as target_token,
        identity_links.method_rank,
        identity_links.first_month,
        identity_links.last_observed_on,
        identity_links.held_to,
        identity_links.valid_from,
        identity_links.valid_to
    from identity_links
    left join passed_logins
        on
            identity_links.namespace = 'github-user'
            and identity_links.target_namespace = 'github-login'
            and identity_links.target_token = passed_logins.login_token
            and identity_links.id_token = passed_logins.holder_token
            and identity_links.held_from = passed_logins.held_from
    where
        identity_links.namespace in (
            {%- for namespace in account_id_namespaces() %}
            '{{ namespace }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
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
