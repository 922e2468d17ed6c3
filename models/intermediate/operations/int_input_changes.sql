{{ config(
    materialized=kind_built_by_changes(),
    incremental_strategy='append',
    on_schema_change='fail'
) }}
-- grain: one row per input of the tables by day, day or key, and version in which its content changed
-- Fingerprints only: what a table by day is made of, and since which version it is as it is, see
-- macros/incremental/replace_changed.sql. Engines that build those tables wholly have no row here.
{%- set no_key = 'cast(null as ' ~ dbt.type_int() ~ ')' %}
{%- set no_day = 'cast(null as date)' %}
{%- set first_day_inputs = [
    'int_account_message_days', 'int_account_turn_days', 'int_account_sessions', 'port_model_days',
    'port_cost_lines', 'port_credit_days',
] %}
{%- set is_there = execute and flags.INTROSPECT and load_cached_relation(this) is not none %}
{%- set microseconds = (run_started_at.timestamp() * 1000000) | int %}
{%- set started_at = 'cast(' ~ microseconds ~ ' as ' ~ dbt.type_bigint() ~ ')' %}
{%- set definitions = env_var('AI_USAGE_DEFINITIONS', '') %}
{%- if is_built_by_changes() %}
with account_people as (
    select * from {{ ref('int_account_people') }}
),

people as (
    select * from {{ ref('int_organisation_history') }}
),

days as (
    {%- for relation, day in day_inputs().items() %}
    select
        '{{ relation }}' as input,
        {{ fingerprint(columns_to_compare(ref(relation))) }} as fingerprint,
        {{ day }} as day
    from {{ ref(relation) }}
    where {{ day }} is not null
    group by {{ day }}
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

wholes as (
    {%- for relation in whole_inputs() %}
    select
        '{{ relation }}' as input,
        {{ fingerprint(columns_to_compare(ref(relation))) }} as fingerprint
    from {{ ref(relation) }}
    {{- "\n\n    union all\n" }}
    {%- endfor %}
    select
        'definitions' as input,
        '{{ definitions }}' as fingerprint
),

-- A person's rows depend on the spans of all accounts that are, or were last, the person's.
person_facts as (
    select
        coalesce(person_key, last_person_key) as person_key,
        {{ row_hash([
            'account_key', 'valid_from', 'valid_to', 'person_key', 'unmatched_reason', 'last_person_key'
        ]) }} as content
    from account_people
    where coalesce(person_key, last_person_key) is not null

    union all

    select
        person_key,
        {{ row_hash(['valid_from', 'valid_to', 'department_key']) }} as content
    from people
),

keys as (
    select
        'accounts' as input,
        account_key,
        {{ no_key }} as person_key,
        {{ fingerprint(['valid_from', 'valid_to', 'person_key', 'unmatched_reason', 'last_person_key']) }}
            as fingerprint
    from account_people
    group by account_key

    union all

    select
        'people' as input,
        {{ no_key }} as account_key,
        person_key,
        cast(count(*) as {{ dbt.type_string() }}) || '/' || cast(sum(content) as {{ dbt.type_string() }})
            as fingerprint
    from person_facts
    group by person_key
),

first_days as (
    select
        account_key,
        min(first_day) as first_day
    from (
        {%- for relation in first_day_inputs %}
        select
            account_key,
            min({{ day_inputs()[relation] }}) as first_day
        from {{ ref(relation) }}
        group by account_key
        {{- "\n        union all" if not loop.last }}
        {%- endfor %}
    ) as firsts
    group by account_key
),

-- Who is whose, and who works where, by day: each span adds its hash where it begins and takes it off where it
-- ends. An account counts from its first use, or a new one would change the days before.
links as (
    select
        account_people.account_key,
        account_people.person_key,
        account_people.valid_to,
        case
            when first_days.first_day > account_people.valid_from then first_days.first_day
            else account_people.valid_from
        end as valid_from
    from account_people
    inner join first_days
        on account_people.account_key = first_days.account_key
    where account_people.person_key is not null
),

changes_of_day as (
    {%- for input, relation, content in [
        ('linked_days', 'links', ['account_key', 'person_key']),
        ('department_days', 'people', ['person_key', 'department_key']),
    ] %}
    {%- for bound, sign in [('valid_from', ''), ('valid_to', '-')] %}
    select
        '{{ input }}' as input,
        {{ bound }} as day,
        {{ sign }}{{ row_hash(content) }} as content,
        0 as is_fact
    from {{ relation }}
    {%- if relation == 'links' %}
    where valid_from < valid_to
    {%- endif %}

    union all
    {% endfor %}
    select distinct
        '{{ input }}' as input,
        day,
        0 as content,
        1 as is_fact
    from days
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

attributed_days as (
    select
        input,
        sum(content) over (
            partition by input
            order by day
            rows between unbounded preceding and current row
        ) as fingerprint,
        day,
        is_fact
    from (
        select
            input,
            sum(content) as content,
            max(is_fact) as is_fact,
            day
        from changes_of_day
        group by input, day
    ) as added
),

inputs as (
    select
        input,
        {{ no_key }} as account_key,
        {{ no_key }} as person_key,
        fingerprint,
        day
    from days

    union all

    select
        input,
        {{ no_key }} as account_key,
        {{ no_key }} as person_key,
        cast(fingerprint as {{ dbt.type_string() }}) as fingerprint,
        day
    from attributed_days
    where is_fact = 1

    union all

    select
        input,
        account_key,
        person_key,
        fingerprint,
        {{ no_day }} as day
    from keys

    union all

    select
        input,
        {{ no_key }} as account_key,
        {{ no_key }} as person_key,
        fingerprint,
        {{ no_day }} as day
    from wholes
),

earlier as (
    {% if is_incremental() -%}
    select
        input,
        account_key,
        person_key,
        fingerprint,
        day
    from (
        select
            *,
            row_number() over (
                partition by input, account_key, person_key, day
                order by version desc
            ) as recency
        from {{ this }}
    ) as versions
    where recency = 1
    {%- else -%}
    select * from inputs
    where 1 = 0
    {%- endif %}
),

-- Versions only go up, through a full refresh as well, and with the machine's clock: a table that was lost must
-- not give the same ones again. They are in no figure, so they need not be the same in every run.
next_version as (
    select
        {% if is_there -%}
        greatest(coalesce(max(version), 0) + 1, {{ started_at }}) as version
    from {{ this }}
        {%- else -%}
        {{ started_at }} as version
        {%- endif %}
),

compared as (
    select
        input,
        account_key,
        person_key,
        max(case when is_now = 1 then fingerprint end) as fingerprint,
        max(case when is_now = 0 then fingerprint end) as earlier_fingerprint,
        day
    from (
        select
            *,
            1 as is_now
        from inputs
        union all
        select
            *,
            0 as is_now
        from earlier
    ) as both_states
    group by input, account_key, person_key, day
),

-- What is gone has a version too, without a fingerprint. A build by hand does not know the definitions.
final as (
    select
        compared.input,
        compared.account_key,
        compared.person_key,
        compared.fingerprint,
        cast(next_version.version as {{ dbt.type_bigint() }}) as version,
        compared.day
    from compared
    cross join next_version
    where
        coalesce(compared.fingerprint, '') <> coalesce(compared.earlier_fingerprint, '')
        {%- if not definitions %}
        and compared.input <> 'definitions'
        {%- endif %}
)

select * from final
{%- else %}
select
    cast(null as {{ dbt.type_string() }}) as input,
    {{ no_key }} as account_key,
    {{ no_key }} as person_key,
    cast(null as {{ dbt.type_string() }}) as fingerprint,
    cast(null as {{ dbt.type_bigint() }}) as version,
    {{ no_day }} as day
from {{ ref('tools') }}
where 1 = 0
{%- endif %}
