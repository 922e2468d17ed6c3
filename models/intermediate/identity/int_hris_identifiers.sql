-- grain: one row an identifier of the HRIS (employee id or address) and span: the person behind it
-- An address that is given to somebody else passes over on the day the new holder has it. While several people
-- have it at a time it is nobody's: nobody can tell whose an account behind it is.
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
        max(addresses.employed_to) as employed_to
    from addresses
    inner join people
        on addresses.employee_token = people.employee_token
    group by addresses.email_token, people.person_token
),

compared_holders as (
    select
        holders.*,
        max(last_seen_on) over (partition by email_token) as address_last_seen_on,
        max(employed_to) over (partition by email_token) as address_employed_to
    from holders
),

-- A holder is through with the address on leaving, or when the HRIS shows it without them. Who was never
-- employed here holds it only where nobody else does.
numbered_holders as (
    select
        email_token,
        person_token,
        known_since,
        holds_from,
        case
            when
                last_seen_on < address_last_seen_on
                and last_seen_on < coalesce(employed_to, {{ date_bound('last') }})
                then {{ add_days('last_seen_on', 1) }}
            else coalesce(employed_to, {{ date_bound('last') }})
        end as stated_end,
        row_number() over (partition by email_token order by holds_from, person_token) as holder_number
    from compared_holders
    where employed_to is not null or address_employed_to is null
),

holds as (
    select
        numbered_holders.*,
        case
            when stated_end > holds_from then stated_end
            else {{ add_days('holds_from', 1) }}
        end as ends_on
    from numbered_holders
),

-- How many hold it from a day on; where it is one, the sum of the numbers is that one's number.
steps as (
    select
        email_token,
        holds_from as changes_on,
        1 as holder_step,
        holder_number as number_step
    from holds

    union all

    select
        email_token,
        ends_on as changes_on,
        -1 as holder_step,
        -holder_number as number_step
    from holds
),

day_steps as (
    select
        email_token,
        changes_on,
        sum(holder_step) as holder_step,
        sum(number_step) as number_step
    from steps
    group by email_token, changes_on
),

holder_counts as (
    select
        email_token,
        changes_on,
        sum(holder_step) over (
            partition by email_token order by changes_on
            rows between unbounded preceding and current row
        ) as holder_count,
        sum(number_step) over (
            partition by email_token order by changes_on
            rows between unbounded preceding and current row
        ) as holder_number
    from day_steps
),

-- The last holder stays on days on which nobody holds it.
states as (
    select
        email_token,
        changes_on,
        case when holder_count = 1 then holder_number else 0 end as holder_number
    from holder_counts
    where holder_count > 0
),

previous_states as (
    select
        states.*,
        lag(holder_number) over (partition by email_token order by changes_on) as previous_number
    from states
),

address_stretches as (
    select
        email_token,
        holder_number,
        case when previous_number is null then {{ date_bound('first') }} else changes_on end as valid_from,
        coalesce(
            lead(changes_on) over (partition by email_token order by changes_on), {{ date_bound('last') }}
        ) as valid_to
    from previous_states
    where previous_number is null or previous_number <> holder_number
),

address_spans as (
    select
        'person-email' as namespace,
        address_stretches.email_token as id_token,
        coalesce(holds.person_token, {{ nobody_token() }}) as person_token,
        coalesce(holds.known_since, {{ date_bound('first') }}) as known_since,
        address_stretches.valid_from,
        address_stretches.valid_to
    from address_stretches
    left join holds
        on
            address_stretches.email_token = holds.email_token
            and address_stretches.holder_number = holds.holder_number
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
