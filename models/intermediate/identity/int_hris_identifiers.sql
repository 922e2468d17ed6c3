-- grain: one row an identifier of the HRIS (employee id or address) and span: the person behind it
-- An address that is given to somebody else passes over on the day the new holder has it.
with people as (
    select * from {{ ref('int_people') }}
),

addresses as (
    select * from {{ ref('int_employee_addresses') }}
),

holders as (
    select
        addresses.email_token,
        people.person_token,
        min(addresses.holds_from) as holds_from,
        min(addresses.first_seen_on) as known_since,
        max(addresses.was_primary) as was_primary
    from addresses
    inner join people
        on addresses.employee_token = people.employee_token
    group by addresses.email_token, people.person_token
),

ordered_holders as (
    select
        holders.*,
        row_number() over (
            partition by email_token order by holds_from, was_primary, person_token
        ) as holder_number,
        lead(holds_from) over (
            partition by email_token order by holds_from, was_primary, person_token
        ) as next_holds_from
    from holders
),

address_spans as (
    select
        'person-email' as namespace,
        email_token as id_token,
        person_token,
        known_since,
        case
            when holder_number = 1 then {{ date_bound('first') }} else holds_from
        end as valid_from,
        coalesce(next_holds_from, {{ date_bound('last') }}) as valid_to
    from ordered_holders
),

employee_ids as (
    select
        'hris-id' as namespace,
        employee_token as id_token,
        person_token,
        {{ date_bound('first') }} as known_since,
        {{ date_bound('first') }} as valid_from,
        {{ date_bound('last') }} as valid_to
    from people
),

final as (
    select *
    from address_spans
    where valid_from < valid_to

    union all

    select * from employee_ids
)

select * from final
