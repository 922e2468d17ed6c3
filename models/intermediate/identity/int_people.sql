-- grain: one row per employee id: the person behind it
-- A new id with a known address within `rehire_days` of the exit is the same person. The first id
-- of the chain stands for the person. Four rounds of following reach sixteen rehires.
-- One id follows one: an address that two ids had at a time says nothing of either, and an id that two others
-- would follow is followed by none.
{%- set rounds = 4 %}
with addresses as (
    select * from {{ ref('int_employee_addresses') }}
),

employees as (
    select distinct employee_token
    from {{ ref('int_employee_spans') }}

    union distinct

    select distinct employee_token
    from {{ ref('stg_hris__employees') }}
),

person_key_salt as (
    select * from {{ ref('stg_ops__person_key_salt') }}
),

-- Every id before on the same address, in order of hire; one that had not ended shares it.
ordered_holders as (
    select
        addresses.*,
        lag(employee_token) over (
            partition by email_token order by employed_from, employee_token
        ) as earlier_token,
        lag(employed_to) over (
            partition by email_token order by employed_from, employee_token
        ) as earlier_employed_to,
        max(employed_to) over (
            partition by email_token order by employed_from, employee_token
            rows between unbounded preceding and 1 preceding
        ) as employed_before_until
    from addresses
    where employed_from is not null
),

own_addresses as (
    select
        ordered_holders.*,
        max(case when employed_from < employed_before_until then 1 else 0 end) over (
            partition by email_token
        ) as is_shared
    from ordered_holders
),

candidates as (
    select
        employee_token,
        earlier_token,
        row_number() over (
            partition by employee_token
            order by earlier_employed_to desc, earlier_token asc
        ) as earlier_rank
    from own_addresses
    where
        is_shared = 0
        and {{ days_between('earlier_employed_to', 'employed_from') }}
        <= {{ var('rehire_days') }}
),

followed as (
    select
        earlier_token,
        min(employee_token) as employee_token
    from candidates
    where earlier_rank = 1
    group by earlier_token
    having count(*) = 1
),

round_0 as (
    select
        employees.employee_token,
        coalesce(followed.earlier_token, employees.employee_token) as person_token
    from employees
    left join followed
        on employees.employee_token = followed.employee_token
),
{% for round in range(1, rounds + 1) %}
    round_{{ round }} as (
        select
            later_ids.employee_token,
            earlier_ids.person_token
        from round_{{ round - 1 }} as later_ids
        inner join round_{{ round - 1 }} as earlier_ids
            on later_ids.person_token = earlier_ids.employee_token
    ),
{% endfor %}
final as (
    select
        people.employee_token,
        people.person_token,
        {{ pseudonymize('person_key_salt.salt', 'people.person_token') }} as person_label
    from round_{{ rounds }} as people
    cross join person_key_salt
)

select * from final
