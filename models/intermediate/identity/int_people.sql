-- grain: one row an employee id: the person behind it
-- A new id with a known address within `rehire_days` of the exit is the same person. The first id
-- of the chain stands for the person. Four rounds of following reach sixteen rehires.
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

rehires as (
    select
        later_holders.employee_token,
        earlier_holders.employee_token as earlier_token,
        row_number() over (
            partition by later_holders.employee_token
            order by earlier_holders.employed_to desc, earlier_holders.employee_token asc
        ) as earlier_rank
    from addresses as later_holders
    inner join addresses as earlier_holders
        on later_holders.email_token = earlier_holders.email_token
            and later_holders.employee_token <> earlier_holders.employee_token
            and later_holders.employed_from >= earlier_holders.employed_to
            and {{ days_between('earlier_holders.employed_to', 'later_holders.employed_from') }}
            <= {{ var('rehire_days') }}
),

round_0 as (
    select
        employees.employee_token,
        coalesce(rehires.earlier_token, employees.employee_token) as person_token
    from employees
    left join rehires
        on employees.employee_token = rehires.employee_token
            and rehires.earlier_rank = 1
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
