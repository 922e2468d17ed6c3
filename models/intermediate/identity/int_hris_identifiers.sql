-- grain: one row an identifier of the HRIS (employee id or address) and span: the person behind it
-- An address that is given to somebody else passes over on the day the new holder has it. Of two people who
-- hold it side by side the former one keeps it until the end of the employment.
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
        max(addresses.last_seen_on) as last_seen_on,
        max(addresses.employed_to) as employed_to,
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
        ) as holder_number
    from holders
),

-- When the former holders are through with the address: they have left, or the HRIS shows them without it.
waits as (
    select
        later.email_token,
        later.person_token,
        max(
            case
                when earlier.last_seen_on >= later.known_since and earlier.employed_to > later.holds_from
                    then earlier.employed_to
                else later.holds_from
            end
        ) as free_from
    from ordered_holders as later
    inner join ordered_holders as earlier
        on
            later.email_token = earlier.email_token
            and later.holder_number > earlier.holder_number
    group by later.email_token, later.person_token
),

starts as (
    select
        ordered_holders.*,
        coalesce(waits.free_from, ordered_holders.holds_from) as starts_on
    from ordered_holders
    left join waits
        on
            ordered_holders.email_token = waits.email_token
            and ordered_holders.person_token = waits.person_token
),

-- Who would take over only after the own employment has ended never holds it.
effective_holders as (
    select
        *,
        row_number() over (
            partition by email_token order by starts_on, holder_number
        ) as place,
        lead(starts_on) over (
            partition by email_token order by starts_on, holder_number
        ) as next_starts_on
    from starts
    where holder_number = 1 or employed_to is null or starts_on < employed_to
),

address_spans as (
    select
        'person-email' as namespace,
        email_token as id_token,
        person_token,
        known_since,
        case
            when place = 1 then {{ date_bound('first') }} else starts_on
        end as valid_from,
        coalesce(next_starts_on, {{ date_bound('last') }}) as valid_to
    from effective_holders
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
