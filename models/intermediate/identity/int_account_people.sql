-- grain: one row per account and half-open span, from 1900 to 2199: the person, or why there is none
with account_keys as (
    select * from {{ ref('account_keys') }}
),

identifier_people as (
    select * from {{ ref('int_identifier_people') }}
),

person_employment as (
    select * from {{ ref('int_person_employment') }}
),

people as (
    select distinct
        person_token,
        person_label
    from {{ ref('int_people') }}
),

person_keys as (
    select * from {{ ref('person_keys') }}
),

service_accounts as (
    select * from {{ ref('int_service_accounts') }}
),

directory_users as (
    select * from {{ ref('stg_m365_copilot__users') }}
),

guests as (
    select distinct
        'entra-object' as namespace,
        user_token as id_token
    from directory_users
    where lower(user_type) = 'guest'

    union distinct

    select distinct
        'person-email' as namespace,
        upn_token as id_token
    from directory_users
    where lower(user_type) = 'guest'
),

accounts as (
    select
        account_keys.account_key,
        account_keys.namespace,
        account_keys.id_token,
        case
            when service_accounts.id_token is not null then 'service_account'
            when account_keys.namespace = 'api-key' then 'api_key'
            when account_keys.namespace = 'agent' then 'agent'
        end as not_a_person,
        case
            when guests.id_token is not null then 'guest' else 'no_hris_match'
        end as unknown_reason
    from account_keys
    left join service_accounts
        on account_keys.namespace = service_accounts.namespace
            and account_keys.id_token = service_accounts.id_token
    left join guests
        on account_keys.namespace = guests.namespace
            and account_keys.id_token = guests.id_token
),

matched as (
    select
        accounts.account_key,
        identifier_people.person_token,
        identifier_people.valid_from,
        identifier_people.valid_to
    from accounts
    inner join identifier_people
        on accounts.namespace = identifier_people.namespace
            and accounts.id_token = identifier_people.id_token
    where accounts.not_a_person is null
),

-- An identifier that several people have at a time is nobody's own.
nobodys_spans as (
    select
        matched.account_key,
        matched.valid_from,
        matched.valid_to,
        cast(null as {{ dbt.type_int() }}) as person_key,
        accounts.unknown_reason as unmatched_reason,
        cast(null as {{ dbt.type_int() }}) as last_person_key
    from matched
    inner join accounts
        on matched.account_key = accounts.account_key
    where matched.person_token = {{ nobody_token() }}
),

unmatched as (
    select
        accounts.account_key,
        {{ date_bound('first') }} as valid_from,
        {{ date_bound('last') }} as valid_to,
        cast(null as {{ dbt.type_int() }}) as person_key,
        coalesce(accounts.not_a_person, accounts.unknown_reason) as unmatched_reason,
        cast(null as {{ dbt.type_int() }}) as last_person_key
    from accounts
    left join matched
        on accounts.account_key = matched.account_key
    where matched.account_key is null
),

employed_or_not as (
    select
        matched.account_key,
        matched.person_token,
        case
            when person_employment.valid_from > matched.valid_from
                then person_employment.valid_from
            else matched.valid_from
        end as valid_from,
        case
            when person_employment.valid_to < matched.valid_to
                then person_employment.valid_to
            else matched.valid_to
        end as valid_to,
        coalesce(person_employment.employment_state, 'not_yet_employed') as employment_state
    from matched
    left join person_employment
        on matched.person_token = person_employment.person_token
            and matched.valid_from < person_employment.valid_to
            and matched.valid_to > person_employment.valid_from
),

matched_spans as (
    select
        employed_or_not.account_key,
        employed_or_not.valid_from,
        employed_or_not.valid_to,
        case
            when employed_or_not.employment_state = 'employed' then person_keys.person_key
        end as person_key,
        case
            when employed_or_not.employment_state <> 'employed'
                then employed_or_not.employment_state
        end as unmatched_reason,
        case
            when employed_or_not.employment_state = 'left' then person_keys.person_key
        end as last_person_key
    from employed_or_not
    inner join people
        on employed_or_not.person_token = people.person_token
    inner join person_keys
        on people.person_label = person_keys.person_label
),

final as (
    select * from matched_spans

    union all

    select * from nobodys_spans

    union all

    select * from unmatched
)

select * from final
