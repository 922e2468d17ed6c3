-- grain: one row an e-mail address and employee id: since when the id holds the address
-- An address that came with the first sight of a person dates from the hire; a later one from the
-- day it was first seen, which is how an address given to somebody else is told apart.
with employees as (
    select * from {{ ref('stg_hris__employees') }}
),

other_addresses as (
    select * from {{ ref('stg_hris__employee_emails') }}
),

spans as (
    select * from {{ ref('int_employee_spans') }}
),

-- Mailboxes that the company declares not to be a person are nobody's address either.
declared_mailboxes as (
    select distinct id_token
    from {{ ref('stg_company__service_accounts') }}
    where namespace = 'person-email'
),

sightings as (
    select
        employee_token,
        email_token,
        day,
        true as is_primary
    from employees

    union all

    select
        employee_token,
        email_token,
        day,
        is_primary
    from other_addresses
),

first_sights as (
    select
        employee_token,
        min(day) as first_seen_on
    from sightings
    group by employee_token
),

addresses as (
    select
        sightings.employee_token,
        sightings.email_token,
        min(sightings.day) as first_seen_on,
        max(sightings.day) as last_seen_on,
        max(case when sightings.is_primary then 1 else 0 end) as was_primary
    from sightings
    left join declared_mailboxes
        on sightings.email_token = declared_mailboxes.id_token
    where
        sightings.email_token is not null
        and declared_mailboxes.id_token is null
    group by sightings.employee_token, sightings.email_token
),

employment as (
    select
        employee_token,
        min(valid_from) as employed_from,
        max(valid_to) as employed_to
    from spans
    group by employee_token
),

final as (
    select
        addresses.email_token,
        addresses.employee_token,
        case
            when addresses.first_seen_on = first_sights.first_seen_on
                then coalesce(employment.employed_from, addresses.first_seen_on)
            else addresses.first_seen_on
        end as holds_from,
        addresses.first_seen_on,
        addresses.last_seen_on,
        employment.employed_from,
        employment.employed_to,
        addresses.was_primary
    from addresses
    inner join first_sights
        on addresses.employee_token = first_sights.employee_token
    left join employment
        on addresses.employee_token = employment.employee_token
)

select * from final
